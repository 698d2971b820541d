using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>Weight and bias of a layer with adapters merged.</summary>
/// <param name="Weight">Same shape as the layer's weight.</param>
/// <param name="Bias">Same shape as the layer's bias; null if there is none or it does not change.</param>
internal sealed record MergedTensors(Tensor Weight, Tensor? Bias) : IDisposable
{
    /// <summary>Whether all elements are finite after casting to <paramref name="type"/>.</summary>
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
