using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>What an initializer fills and may look at.</summary>
/// <param name="Target">The layer that is adapted.</param>
/// <param name="A">Float [r, inputs].</param>
/// <param name="B">Float [outputs, r].</param>
/// <param name="Bias">B's bias, float [outputs]; null where there is none.</param>
/// <param name="Scale">The factor on B·A.</param>
internal sealed record LoraStart(LinearTarget Target, Tensor A, Tensor B, Tensor? Bias, double Scale)
{
    /// <summary>The rank r.</summary>
    internal long Rank => A.shape[0];

    /// <summary>The layer's weight as float32 [outputs, inputs].</summary>
    internal Tensor Weight()
    {
        if (Target.Weight.dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new ArgumentException($"A decomposition of the weights needs them as float32, float16 or bfloat16, not {Target.Weight.dtype}.");
        return Target.Oriented(Target.Weight.detach()).to(ScalarType.Float32);
    }

    /// <summary>Sets A and B, and takes their product out of the base weight, so that the sum stays what it was.</summary>
    internal void MoveFromBase(Tensor a, Tensor b, Tensor weight)
    {
        A.copy_(a);
        B.copy_(b);
        Target.Weight.copy_(Target.Oriented(weight - Scale * b.matmul(a)));      // copy_ rounds to the weight's type
    }
}
