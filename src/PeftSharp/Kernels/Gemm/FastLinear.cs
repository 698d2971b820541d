using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A float32 linear layer for many rows, and its gradients, with <see cref="Sgemm"/>.</summary>
internal static class FastLinear
{
    /// <summary>Whether this kernel supports the call, forward and backward.</summary>
    /// <param name="x">Float [..., inputs].</param>
    /// <param name="weight">Float [outputs, inputs], or [inputs, outputs] if <paramref name="isTransposed"/>.</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is [inputs, outputs] (GPT-2's Conv1D).</param>
    internal static bool CanRun(Tensor x, Tensor weight, Tensor? bias, bool isTransposed)
    {
        if (!FastPaths.Linear || !Sgemm.IsAvailable || x.dtype != ScalarType.Float32 || weight.dtype != ScalarType.Float32 || x.dim() < 2)
            return false;
        if (x.device_type != TorchSharp.DeviceType.CPU || weight.device_type != TorchSharp.DeviceType.CPU
            || (bias is not null && (bias.dtype != ScalarType.Float32 || bias.device_type != TorchSharp.DeviceType.CPU)))
            return false;
        var ((first, second), inputs) = ((weight.shape[0], weight.shape[1]), x.shape[^1]);
        return (isTransposed ? first : second) == inputs && Sgemm.IsWorthwhile(x.numel() / inputs, inputs, isTransposed ? second : first)
            && x.numel() < int.MaxValue && weight.is_contiguous();
    }

    /// <inheritdoc cref="CanRun"/>
    /// <returns>x·Wᵀ + b or x·W + b, float32 [..., outputs].</returns>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, bool isTransposed)
    {
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true }))
            return bias is null ? Function.apply(x, weight, isTransposed) : Function.apply(x, weight, isTransposed, bias);
        using var scope = NewDisposeScope();
        return Forward(x, weight, bias, isTransposed).MoveToOuterDisposeScope();
    }

    private static Tensor Matrix(Tensor x) => x.reshape(-1, x.shape[^1]);

    private static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, bool isTransposed)
    {
        var right = isTransposed ? weight : weight.t();
        return Sgemm.Multiply(Matrix(x), right, bias).reshape([.. x.shape[..^1], right.shape[1]]);
    }

    /// <summary>The information that the backward pass needs: which gradients are required, and the shape of x. <c>WantsBias</c> is null
    /// without a bias.</summary>
    private sealed record Kept(bool IsTransposed, bool WantsX, bool WantsWeight, bool? WantsBias, long[] Shape);

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, weight, isTransposed) = ((Tensor)arguments[0], (Tensor)arguments[1], (bool)arguments[2]);
            var bias = arguments.Length > 3 ? (Tensor)arguments[3] : null;
            var kept = new Kept(isTransposed, x.requires_grad, weight.requires_grad, bias?.requires_grad, x.shape);
            keep = kept;
            save = [.. kept.WantsX ? [weight.alias()] : Array.Empty<Tensor>(), .. kept.WantsWeight ? [x.alias()] : Array.Empty<Tensor>()];
            return FastLinear.Forward(x, weight, bias, isTransposed);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var call = (Kept)kept!;
            var gradientMatrix = Matrix(gradient).contiguous();
            var weight = call.WantsX ? saved[0] : null;
            var x = call.WantsWeight ? Matrix(saved[^1]) : null;
            var xGradient = weight is null ? null : Product(gradientMatrix, call.IsTransposed ? weight.t() : weight).reshape(call.Shape);
            var weightGradient = x is null ? null : call.IsTransposed ? Product(x.t(), gradientMatrix) : Product(gradientMatrix.t(), x);
            Tensor?[] gradients = [xGradient, weightGradient, null];
            return call.WantsBias is { } wantsBias ? [.. gradients, wantsBias ? gradientMatrix.sum([0L]) : null] : gradients;
        }

        private static Tensor Product(Tensor a, Tensor b) => Sgemm.CanRun(a, b) ? Sgemm.Multiply(a, b) : a.mm(b);
    }
}
