using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>Weight and bias of a layer with adapters in them.</summary>
/// <param name="Weight">Shaped as the layer's.</param>
/// <param name="Bias">Shaped as the layer's; null where it has none or it does not change.</param>
internal sealed record MergedTensors(Tensor Weight, Tensor? Bias) : IDisposable
{
    /// <summary>Whether every number is finite once rounded to <paramref name="type"/>.</summary>
    internal bool IsFinite(ScalarType type)
    {
        using var scope = NewDisposeScope();
        return Check(Weight) && (Bias is null || Check(Bias));

        bool Check(Tensor tensor) => tensor.to(type).isfinite().all().item<bool>();
    }

    public void Dispose()
    {
        Weight.Dispose();
        Bias?.Dispose();
    }
}
