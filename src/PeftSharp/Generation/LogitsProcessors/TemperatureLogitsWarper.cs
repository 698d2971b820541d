using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Divides the scores by a temperature: values below 1 sharpen the distribution, values above 1 flatten it.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="temperature">The temperature; greater than 0.</param>
public sealed class TemperatureLogitsWarper(double temperature) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => scores / temperature;
}
