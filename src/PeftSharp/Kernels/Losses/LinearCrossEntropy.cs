using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Cross entropy of a linear head over a large vocabulary. It is computed in chunks of rows, with the gradient in the same pass,
/// so the scores (logits) of all rows are never in memory at the same time.</summary>
internal static class LinearCrossEntropy
{
    // The maximum number of scores per chunk, which take 32 MB in bfloat16 and 128 MB in float32. Matrix products of this size run at full
    // speed.
    private const long MaxBFloat16Scores = 1 << 24, MaxFloat32Scores = 1 << 25;

    /// <param name="states">Float [rows, hidden].</param>
    /// <param name="table">Float [classes, hidden], of the same type.</param>
    /// <param name="targets">Int64 [rows]; rows with the target <paramref name="ignored"/> have no loss.</param>
    /// <param name="items">Divisor of the sum over rows.</param>
    /// <param name="ignored">The target of rows that have no loss (ignore_index).</param>
    /// <returns>Float32 scalar.</returns>
    internal static Tensor Apply(Tensor states, Tensor table, Tensor targets, double items, long ignored)
    {
        var settings = new Settings(targets, items, ignored);
        return is_grad_enabled() && (states.requires_grad || table.requires_grad)
            ? Function.apply(states, table, settings)
            : Compute(states, table, settings, null, null);
    }

    private sealed record Settings(Tensor Targets, double Items, long Ignored);

    /// <summary>Computes the loss and the gradients for which a tensor is given.</summary>
    /// <param name="states">Float [rows, hidden].</param>
    /// <param name="table">Float [classes, hidden].</param>
    /// <param name="settings">Targets and divisor.</param>
    /// <param name="statesGradient">Receives the gradient of <paramref name="states"/>; null: not computed.</param>
    /// <param name="tableGradient">Float32; the gradient of <paramref name="table"/> is added to this tensor. Null: the gradient is not
    /// computed.</param>
    private static Tensor Compute(Tensor states, Tensor table, Settings settings, Tensor? statesGradient, Tensor? tableGradient)
    {
        var maxScores = states.dtype == ScalarType.Float32 ? MaxFloat32Scores : MaxBFloat16Scores;
        var chunks = Math.Max(1, (states.numel() / states.shape[^1] * table.shape[0] + maxScores - 1) / maxScores);
        // The rows are divided about evenly among the chunks: a last chunk with few rows would read the whole table for them.
        var rows = Math.Max(1, (states.shape[0] + chunks - 1) / chunks);
        var loss = zeros(1, ScalarType.Float64, states.device);
        for (long first = 0; first < states.shape[0]; first += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, states.shape[0] - first);
            var (part, targets) = (states.narrow(0, first, count), settings.Targets.narrow(0, first, count));
            var scores = Product(part, table.t());
            var wantsGradient = statesGradient is not null || tableGradient is not null;
            loss.add_(Lanes.CanRun(scores) && Lanes.IsFast
                ? ByRows(scores, targets, settings, wantsGradient)
                : Composed(ref scores, targets, settings, wantsGradient));
            if (!wantsGradient) continue;
            var scoresGradient = scores.to(states.dtype);
            statesGradient?.narrow(0, first, count).copy_(Product(scoresGradient, table));
            if (scoresGradient.dtype == ScalarType.Float32) AddProduct(tableGradient, scoresGradient.t(), part);
            else tableGradient?.add_(scoresGradient.t().matmul(part));
        }
        return loss.div(settings.Items).to(ScalarType.Float32).squeeze(0);
    }

    private static Tensor Product(Tensor a, Tensor b) => Sgemm.CanRun(a, b) ? Sgemm.Multiply(a, b) : a.matmul(b);

    private static void AddProduct(Tensor? sum, Tensor a, Tensor b)
    {
        if (sum is null) return;
        if (Sgemm.CanRun(a, b)) Sgemm.MultiplyInto(sum, a, b, null, accumulates: true);
        else sum.addmm_(a, b, 1, 1);
    }

    /// <summary>Computes the sum of the losses with libtorch's operations. If <paramref name="wantsGradient"/> is true, the scores are
    /// replaced by their gradient, (softmax - 1 at the target) / items.</summary>
    /// <param name="scores">Float [rows, classes].</param>
    /// <param name="targets">Int64 [rows].</param>
    /// <param name="settings">Divisor and the ignored target.</param>
    /// <param name="wantsGradient">Whether the scores are replaced by their gradient.</param>
    private static Tensor Composed(ref Tensor scores, Tensor targets, Settings settings, bool wantsGradient)
    {
        var isIgnored = targets.eq(settings.Ignored);
        var safe = targets.masked_fill(isIgnored, 0).unsqueeze(1);
        scores = scores.to(ScalarType.Float32);
        var logSum = scores.logsumexp(1, keepdim: true);
        var loss = (logSum - scores.gather(1, safe)).squeeze(1).masked_fill(isIgnored, 0).sum();
        if (!wantsGradient) return loss;
        var scale = isIgnored.logical_not().to(ScalarType.Float32).div_(settings.Items).unsqueeze(1);
        scores.sub_(logSum).exp_().mul_(scale).scatter_add_(1, safe, scale.neg());
        return loss;
    }

    /// <summary>Computes the same sum and gradient in place, one row at a time, while the row is in the CPU cache.</summary>
    private static unsafe Tensor ByRows(Tensor scores, Tensor targets, Settings settings, bool wantsGradient)
    {
        var losses = empty(scores.shape[0], ScalarType.Float64);
        var ids = targets.contiguous();
        Debug.Assert(scores.is_contiguous() && ids.dtype == ScalarType.Int64 && ids.numel() == scores.size(0),
            "One int64 target per row of contiguous scores.");
        var rows = new ScoreRows
        {
            Scores = TensorMemory.Pointer(scores), Targets = (long*)TensorMemory.Pointer(ids),
            Losses = (double*)TensorMemory.Pointer(losses), Classes = (int)scores.shape[1], Ignored = settings.Ignored,
            Scale = (float)(1 / settings.Items), WantsGradient = wantsGradient,
        };
        NativeThreads.For((int)scores.shape[0], 1, Lanes.RoundUp(rows.Classes), ref rows,
            scores.dtype == ScalarType.Float32 ? &ComputeRows<float> : &ComputeRows<ushort>);
        return losses.sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void ComputeRows<T>(void* arguments, int from, int to, float* buffer) where T : unmanaged
    {
        var p = (ScoreRows*)arguments;
        for (var row = from; row < to; row++)
        {
            var scores = (T*)p->Scores + (long)row * p->Classes;
            var target = p->Targets[row];
            Debug.Assert(target == p->Ignored || (ulong)target < (ulong)p->Classes, "The caller checks the targets.");
            if (target == p->Ignored)
            {
                p->Losses[row] = 0;
                if (p->WantsGradient) new Span<T>(scores, p->Classes).Clear();
                continue;
            }
            var max = RowSoftmax.Load(scores, null, 1, p->Classes, buffer);
            var sum = RowSoftmax.Exponentiate(buffer, p->Classes, max);
            p->Losses[row] = max + MathF.Log(sum) - Lanes.ToSingle(scores + target);
            if (!p->WantsGradient) continue;
            var scale = p->Scale / sum;
            ElementLoop.Run<StoreScaled<T>, ScaledRow<T>>(new ScaledRow<T> { From = buffer, Scale = scale, To = scores }, 0, p->Classes);
            scores[target] = Lanes.FromSingle<T>(buffer[target] * scale - p->Scale);
        }
    }

    private unsafe struct ScaledRow<T> where T : unmanaged
    {
        internal float* From;
        internal float Scale;
        internal T* To;
    }

    private readonly unsafe struct StoreScaled<T> : IElementKernel<ScaledRow<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in ScaledRow<T> p, nint index, int count) =>
            Lanes.Store(Vector256.Load(p.From + index) * p.Scale, p.To + index, count);
    }

    private unsafe struct ScoreRows
    {
        internal void* Scores;
        internal long* Targets;
        internal double* Losses;
        internal int Classes;
        internal long Ignored;
        internal float Scale;
        internal bool WantsGradient;
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
            // The gradient of the loss is usually 1, which needs no multiplication. On a GPU, reading the value would wait for all queued
            // operations.
            var isOne = gradient.device_type == TorchSharp.DeviceType.CPU && gradient.item<float>() == 1;
            return [Scaled(saved[0]), saved.Count > 1 ? Scaled(saved[1]) : null, null];

            Tensor Scaled(Tensor tensor) => isOne ? tensor.alias() : tensor * gradient.to(tensor.dtype);
        }
    }
}
