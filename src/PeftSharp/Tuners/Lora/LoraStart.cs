using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>The tensors that an initializer sets and reads.</summary>
/// <param name="Target">The layer that is adapted.</param>
/// <param name="A">Float [r, inputs].</param>
/// <param name="B">Float [outputs, r].</param>
/// <param name="Bias">The bias of B, float [outputs]; null if there is none.</param>
/// <param name="Scale">The factor of B·A.</param>
internal sealed record LoraStart(LinearTarget Target, Tensor A, Tensor B, Tensor? Bias, double Scale)
{
    /// <summary>The rank r.</summary>
    internal long Rank => A.shape[0];

    /// <summary>The layer's weight as float32 [outputs, inputs].</summary>
    internal Tensor Weight()
    {
        if (Target.Weight.dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new ArgumentException("Decomposing the weights requires float32, float16 or bfloat16 weights, "
                + $"not {Target.Weight.dtype}.");
        return Target.TransposeIfNeeded(Target.Weight.detach()).to(ScalarType.Float32);
    }

    /// <summary>Sets A and B and subtracts s·B·A from the base weight W, so that W + s·B·A is unchanged.</summary>
    internal void MoveFromBase(Tensor a, Tensor b, Tensor weight)
    {
        A.copy_(a);
        B.copy_(b);
        Target.Weight.copy_(Target.TransposeIfNeeded(weight - Scale * b.matmul(a)));      // copy_ rounds to the weight's type
    }
}
