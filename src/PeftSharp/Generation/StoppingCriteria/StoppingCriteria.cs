using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Determines which sequences are finished. Derive from this class for a custom criterion.</summary>
/// <remarks>
/// <para>
/// Corresponds to <c>StoppingCriteria</c> in transformers. An instance that is created for one call of <c>Generate</c> can keep state, such
/// as a counter.
/// </para>
/// <para>Not thread-safe: create an instance for each call of <c>Generate</c>, unless the derived class documents otherwise.</para>
/// </remarks>
public abstract class StoppingCriteria
{
    /// <summary>Returns which sequences are finished.</summary>
    /// <param name="inputIds">Prompt and generated tokens, int64 [rows, tokens]. Do not modify or store this tensor.</param>
    /// <returns>True for each row that is finished, bool [rows].</returns>
    public abstract Tensor IsDone(Tensor inputIds);

    /// <summary>Returns the same value for all rows.</summary>
    /// <param name="inputIds">Prompt and generated tokens, int64 [rows, tokens].</param>
    /// <param name="isDone">The value.</param>
    /// <returns>Bool [rows].</returns>
    protected static Tensor ForAll(Tensor inputIds, bool isDone)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        return full([inputIds.shape[0]], isDone, ScalarType.Bool, inputIds.device);
    }
}
