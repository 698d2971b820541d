using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The loss of a head that scores a large vocabulary, a few rows at a time with their gradient in the same turn: the scores never exist as a whole.</summary>
internal static class LinearCrossEntropy
{
    private const long ScoresAtOnce = 1 << 24, FloatScoresAtOnce = 1 << 25;                // 32 MB of bfloat16, 128 MB of float32: products of this size run at full speed

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
        var atOnce = states.dtype == ScalarType.Float32 ? FloatScoresAtOnce : ScoresAtOnce;
        var turns = Math.Max(1, (states.numel() / states.shape[^1] * table.shape[0] + atOnce - 1) / atOnce);
        var rows = Math.Max(1, (states.shape[0] + turns - 1) / turns);                    // of about the same size: a short last turn would read the whole table for little
        var loss = zeros(1, ScalarType.Float64, states.device);
        for (long first = 0; first < states.shape[0]; first += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, states.shape[0] - first);
            var (part, targets) = (states.narrow(0, first, count), settings.Targets.narrow(0, first, count));
            var scores = Product(part, table.t());
            var wantsGradient = statesGradient is not null || tableGradient is not null;
            loss.add_(Lanes.CanRun(scores) && Lanes.IsFast ? ByRows(scores, targets, settings, wantsGradient) : Composed(ref scores, targets, settings, wantsGradient));
            if (!wantsGradient) continue;
            var back = scores.to(states.dtype);
            statesGradient?.narrow(0, first, count).copy_(Product(back, table));
            if (back.dtype == ScalarType.Float32) AddProduct(tableGradient, back.t(), part);
            else tableGradient?.add_(back.t().matmul(part));
        }
        return loss.div(settings.Items).to(ScalarType.Float32).squeeze(0);
    }

    private static Tensor Product(Tensor a, Tensor b) => Sgemm.CanRun(a, b) ? Sgemm.Multiply(a, b) : a.matmul(b);

    private static void AddProduct(Tensor? to, Tensor a, Tensor b)
    {
        if (to is null) return;
        if (Sgemm.CanRun(a, b)) Sgemm.MultiplyInto(to, a, b, null, adds: true);
        else to.addmm_(a, b, 1, 1);
    }

    /// <summary>The sum of the losses; where wanted, the scores become their gradient: their softmax, less 1 at the target, as a share of the items.</summary>
    /// <param name="scores">Float [rows, classes].</param>
    /// <param name="targets">Int64 [rows].</param>
    /// <param name="settings">Divisor and the target that is not counted.</param>
    /// <param name="wantsGradient">Whether the scores are written over.</param>
    private static Tensor Composed(ref Tensor scores, Tensor targets, Settings settings, bool wantsGradient)
    {
        var isIgnored = targets.eq(settings.Ignored);
        var safe = targets.masked_fill(isIgnored, 0).unsqueeze(1);
        scores = scores.to(ScalarType.Float32);
        var logSum = scores.logsumexp(1, keepdim: true);
        var loss = (logSum - scores.gather(1, safe)).squeeze(1).masked_fill(isIgnored, 0).sum();
        if (!wantsGradient) return loss;
        var share = isIgnored.logical_not().to(ScalarType.Float32).div_(settings.Items).unsqueeze(1);
        scores.sub_(logSum).exp_().mul_(share).scatter_add_(1, safe, share.neg());
        return loss;
    }

    /// <summary>The same in place, a row at a time while it is in the cache.</summary>
    private static unsafe Tensor ByRows(Tensor scores, Tensor targets, Settings settings, bool wantsGradient)
    {
        var losses = empty(scores.shape[0], ScalarType.Float64);
        var ids = targets.contiguous();
        Debug.Assert(scores.is_contiguous() && ids.dtype == ScalarType.Int64 && ids.numel() == scores.size(0), "One int64 target per row of contiguous scores.");
        var rows = new ScoreRows
        {
            Scores = (void*)TensorMemory.Pointer(scores), Targets = (long*)TensorMemory.Pointer(ids), Losses = (double*)TensorMemory.Pointer(losses),
            Classes = (int)scores.shape[1], Ignored = settings.Ignored, Share = (float)(1 / settings.Items), WantsGradient = wantsGradient,
        };
        NativeThreads.For((int)scores.shape[0], 1, Lanes.RoundUp(rows.Classes), ref rows, scores.dtype == ScalarType.Float32 ? &Score<float> : &Score<ushort>);
        return losses.sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Score<T>(void* arguments, int from, int to, float* powers) where T : unmanaged
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
            var most = Vector256.Create(float.NegativeInfinity);
            var i = 0;
            for (; i + Lanes.Count <= p->Classes; i += Lanes.Count) most = Vector256.MaxNative(most, Keep(scores, powers, i, Lanes.Count));
            if (i < p->Classes) most = Vector256.MaxNative(most, Keep(scores, powers, i, p->Classes - i));
            var greatest = Lanes.Max(most);
            var sums = Vector256<float>.Zero;
            for (i = 0; i < p->Classes; i += Lanes.Count)
            {
                var power = Lanes.Exp(Vector256.Load(powers + i) - Vector256.Create(greatest));
                power.Store(powers + i);
                sums += power;
            }
            var sum = Vector256.Sum(sums);
            var score = Lanes.ToSingle(scores + target);
            p->Losses[row] = greatest + MathF.Log(sum) - score;
            if (!p->WantsGradient) continue;
            var share = p->Share / sum;
            for (i = 0; i + Lanes.Count <= p->Classes; i += Lanes.Count) Lanes.Store(Vector256.Load(powers + i) * share, scores + i);
            for (; i < p->Classes; i++) scores[i] = Lanes.FromSingle<T>(powers[i] * share);
            scores[target] = Lanes.FromSingle<T>(powers[target] * share - p->Share);
        }
    }

    /// <summary>Eight scores in float32, also kept so; those beyond the count are least.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<float> Keep<T>(T* scores, float* to, int i, int count) where T : unmanaged
    {
        var score = Lanes.Load(scores + i, count);
        if (count < Lanes.Count) score = Vector256.ConditionalSelect(Lanes.FirstMask(count), score, Vector256.Create(float.NegativeInfinity));
        score.Store(to + i);
        return score;
    }

    private unsafe struct ScoreRows
    {
        internal void* Scores;
        internal long* Targets;
        internal double* Losses;
        internal int Classes;
        internal long Ignored;
        internal float Share;
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
            // Most often it is 1. On a GPU the question would stall the queue, so it is not asked there.
            var isOne = gradient.device_type == TorchSharp.DeviceType.CPU && gradient.item<float>() == 1;
            return [Scaled(saved[0]), saved.Count > 1 ? Scaled(saved[1]) : null, null];

            Tensor Scaled(Tensor tensor) => isOne ? tensor.alias() : tensor * gradient.to(tensor.dtype);
        }
    }
}
