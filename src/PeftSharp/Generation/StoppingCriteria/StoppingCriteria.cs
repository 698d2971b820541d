using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Says which texts are finished; derive from it for a rule of your own.</summary>
/// <remarks>
/// <para>transformers' <c>StoppingCriteria</c>. One is made for one call of <c>Generate</c>, so it may count.</para>
/// <para>Not thread-safe: make one for each call of <c>Generate</c>, unless the derived class says otherwise.</para>
/// </remarks>
public abstract class StoppingCriteria
{
    /// <param name="inputIds">Prompt and what was generated, int64 [rows, tokens]; not to be changed or kept.</param>
    /// <returns>True for each row that is finished, bool [rows].</returns>
    public abstract Tensor IsDone(Tensor inputIds);

    /// <summary>The same answer for all rows.</summary>
    protected static Tensor ForAll(Tensor inputIds, bool isDone)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        return full([inputIds.shape[0]], isDone, ScalarType.Bool, inputIds.device);
    }
}
