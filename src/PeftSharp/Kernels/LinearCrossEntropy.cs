using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The loss of a head that scores a large vocabulary, a few rows at a time with their gradient in the same turn: the scores never exist as a whole.</summary>
internal static class LinearCrossEntropy
{
    private const long ScoresAtOnce = 1 << 23;                     // 32 MB of float32: products of this size run at full speed

    /// <param name="states">Float [rows, hidden].</param>
    /// <param name="table">Float [classes, hidden], of the same type.</param>
    /// <param name="targets">Int64 [rows]; <paramref name="ignored"/> is not counted.</param>
    /// <param name="items">Divisor of the sum over rows.</param>
    /// <param name="ignored">The target that is not counted.</param>
    /// <returns>Float32 scalar.</returns>
    internal static Tensor Apply(Tensor states, Tensor table, Tensor targets, double items, long ignored)
    {
        var settings = new Settings(targets, items, ignored);
        return is_grad_enabled() && (states.requires_grad || table.requires_grad) ? Function.apply(states, table, settings) : Compute(states, table, settings, null, null);
    }

    private sealed record Settings(Tensor Targets, double Items, long Ignored);

    /// <summary>The loss and, where there is room for them, the gradients.</summary>
    /// <param name="states">Float [rows, hidden].</param>
    /// <param name="table">Float [classes, hidden].</param>
    /// <param name="settings">Targets and divisor.</param>
    /// <param name="statesGradient">Filled, as <paramref name="states"/>; null: not wanted.</param>
    /// <param name="tableGradient">Added to, float32, of the shape of <paramref name="table"/>; null: not wanted.</param>
    private static Tensor Compute(Tensor states, Tensor table, Settings settings, Tensor? statesGradient, Tensor? tableGradient)
    {
        var rows = Math.Max(1, ScoresAtOnce / table.shape[0]);
        var loss = 0.0;
        for (long first = 0; first < states.shape[0]; first += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, states.shape[0] - first);
            var (part, targets) = (states.narrow(0, first, count), settings.Targets.narrow(0, first, count));
            var isIgnored = targets.eq(settings.Ignored);
            var safe = targets.masked_fill(isIgnored, 0).unsqueeze(1);
            var scores = part.matmul(table.t()).to(ScalarType.Float32);
            var logSum = scores.logsumexp(1, keepdim: true);
            loss += (logSum - scores.gather(1, safe)).squeeze(1).masked_fill(isIgnored, 0).sum().item<float>();
            if (statesGradient is null && tableGradient is null) continue;

            // The gradient of the scores: their softmax, less 1 at the target, as a share of the items; written over the scores.
            var share = isIgnored.logical_not().to(ScalarType.Float32).div_(settings.Items).unsqueeze(1);
            scores.sub_(logSum).exp_().mul_(share).scatter_add_(1, safe, share.neg());
            var back = scores.to(states.dtype);
            statesGradient?.narrow(0, first, count).copy_(back.matmul(table));
            if (back.dtype == ScalarType.Float32) tableGradient?.addmm_(back.t(), part, 1, 1);
            else tableGradient?.add_(back.t().matmul(part));
        }
        return tensor((float)(loss / settings.Items), device: states.device);
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (states, table) = ((Tensor)arguments[0], (Tensor)arguments[1]);
            var statesGradient = empty_like(states);
            var tableGradient = table.requires_grad ? zeros(table.shape, ScalarType.Float32, table.device) : null;
            var loss = Compute(states, table, (Settings)arguments[2], statesGradient, tableGradient);
            (save, keep) = (tableGradient is null ? [statesGradient] : [statesGradient, tableGradient.to(table.dtype)], null);
            return loss;
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var factor = gradient.item<float>();
            return [Scaled(saved[0]), saved.Count > 1 ? Scaled(saved[1]) : null, null];

            Tensor Scaled(Tensor tensor) => factor == 1 ? tensor.alias() : tensor * factor;
        }
    }
}
