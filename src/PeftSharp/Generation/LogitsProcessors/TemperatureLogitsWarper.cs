using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Divides the scores: below 1 the likely become likelier, above 1 all become more alike.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="temperature">Greater than 0.</param>
public sealed class TemperatureLogitsWarper(double temperature) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => scores / temperature;
}
