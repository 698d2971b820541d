using System.Diagnostics;
using System.Runtime.CompilerServices;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>All layers of a decoder for one new token of each row, in one parallel region: norms, projections, attention over the cache,
/// feed-forward layers and residual sums.</summary>
/// <remarks>
/// <para>
/// With one token, the hundreds of small operations of libtorch take longer than reading the weights. Here the threads start once, each
/// thread computes a part of every matrix product, and the threads wait for each other five times per layer. Each thread computes the small
/// operations itself (norms, residual sums, packing the input of a matrix product), which is faster than waiting for another thread.
/// </para>
/// <para>Values are rounded to the type of the weights wherever the separate operations round them.</para>
/// </remarks>
internal static unsafe class DecoderStep
{
    /// <summary>Maximum number of rows of the batch.</summary>
    internal const int MaxRows = SkinnyGemmArguments.MaxRows;

    /// <summary>Whether this processor and this libtorch are supported.</summary>
    internal static bool IsAvailable => SkinnyGemm.IsAvailable;

    /// <summary>Computes the last hidden state of the new tokens and appends their keys and values to the cache.</summary>
    /// <param name="layers">The layers, whose sizes have been checked (<see cref="StepLayer.Fits"/>).</param>
    /// <param name="norm">The final normalization.</param>
    /// <param name="embedded">The embeddings, float [rows, 1, hidden], contiguous, of the type of the weights.</param>
    /// <returns>As <paramref name="embedded"/>.</returns>
    internal static Tensor Run(StepLayer[] layers, StepNorm norm, Tensor embedded)
    {
        var result = empty_like(embedded);
        fixed (StepLayer* first = layers)
        {
            var call = new StepCall
            {
                Layers = first, LayerCount = layers.Length, Norm = norm, Rows = (int)embedded.size(0), Hidden = (int)embedded.size(2),
                Embedded = TensorMemory.Pointer(embedded), Result = TensorMemory.Pointer(result),
            };
            Debug.Assert(call.Rows is > 0 and <= MaxRows && embedded.is_contiguous(), "A few contiguous rows.");
            call.Blocks = new RowBlocks(call.Rows);
            foreach (var layer in layers) call.Include(layer);
            call.Shared = Scratch.OfCall(call.Rows * (nint)(call.MaxProjected + call.MaxMixed + 2 * call.Hidden + 2 * call.MaxInner
                + call.MaxActivated));
            NativeThreads.Team(call.PrivateSize, ref call, embedded.dtype == ScalarType.Float32 ? &Compute<float> : &Compute<ushort>);
        }
        return result;
    }

    /// <summary>Computes the share of one thread in all layers.</summary>
    private static void Compute<T>(void* arguments, ThreadBarrier* barrier, float* scratch) where T : unmanaged
    {
        var p = (StepCall*)arguments;
        var part = new StepMemory<T>(p, barrier, scratch);
        new ReadOnlySpan<T>(p->Embedded, p->Rows * p->Hidden).CopyTo(new Span<T>(part.States, p->Rows * p->Hidden));
        for (var index = 0; index < p->LayerCount; index++)
        {
            var layer = p->Layers + index;
            Attention(ref part, layer);
            FeedForward(ref part, layer);
        }
        if (barrier->Thread == 0) Normalize(ref part, p->Norm, part.States, (T*)p->Result);
    }

    private static void Attention<T>(ref StepMemory<T> part, StepLayer* layer) where T : unmanaged
    {
        var p = part.Call;
        var barrier = part.Barrier;
        Normalize(ref part, layer->AttentionNorm, part.States, part.Normalized);
        part.Pack(part.Normalized, layer->Query);
        var (query, key) = (layer->Heads * layer->Width, layer->KeyValueHeads * layer->Width);
        var isFused = layer->Key.IsNone;
        var keys = isFused ? part.Projected + query : part.Projected + p->Rows * query;
        var values = isFused ? keys + key : keys + p->Rows * key;
        // The outputs of the three projections are divided as one range, so that the shares of the threads are of equal size.
        var (from, to) = barrier->Range((query + 2 * key) / VectorPair.Count);
        (from, to) = (from * VectorPair.Count, to * VectorPair.Count);
        part.Multiply(layer->Query, part.Projected, from, Math.Min(to, layer->Query.Outputs));
        if (!isFused)
        {
            part.Multiply(layer->Key, keys, Math.Max(from - query, 0), Math.Min(to - query, key));
            part.Multiply(layer->Value, values, Math.Max(from - query - key, 0), to - query - key);
        }
        barrier->Wait();

        var (queryStride, keyStride) = isFused ? (layer->Query.Outputs, layer->Query.Outputs) : (query, key);
        var (firstHead, lastHead) = barrier->Range(p->Rows * layer->Heads);
        for (var index = firstHead; index < lastHead; index++)
        {
            var (row, head) = (index / layer->Heads, index % layer->Heads);
            var projected = new StepAttention.Projected<T>
            {
                Query = part.Projected + row * queryStride, Key = keys + row * keyStride, Value = values + row * keyStride,
            };
            StepAttention.Run(layer, row, head, projected, part.Mixed + row * query + head * layer->Width, part.Heads);
        }
        barrier->Wait();

        part.Pack(part.Mixed, layer->Output);
        part.Multiply(layer->Output, part.Attended);
        barrier->Wait();
        Add(ref part, layer->AttentionOutputNorm, part.Attended);
    }

    private static void FeedForward<T>(ref StepMemory<T> part, StepLayer* layer) where T : unmanaged
    {
        var p = part.Call;
        var barrier = part.Barrier;
        var inner = layer->Inner;
        Normalize(ref part, layer->FeedForwardNorm, part.States, part.Normalized);
        part.Pack(part.Normalized, layer->Gate);
        var (from, to) = barrier->Range(inner / VectorPair.Count);
        (from, to) = (from * VectorPair.Count, to * VectorPair.Count);
        part.Multiply(layer->Gate, part.Inner, from, to);
        var isFused = layer->Up.IsNone;
        var up = isFused ? part.Inner + inner : part.Inner + p->Rows * inner;
        if (layer->IsGated)
        {
            if (isFused) part.Multiply(layer->Gate, part.Inner, inner + from, inner + to);
            else part.Multiply(layer->Up, up, from, to);
        }
        var stride = layer->IsGated && isFused ? 2 * inner : inner;
        for (var row = 0; row < p->Rows; row++)
        {
            var gate = part.Inner + row * stride;
            var values = layer->IsGated ? up + row * stride : null;
            var result = part.Activated + row * inner;
            if (layer->Activation == StepActivation.Silu) Activate<T, SiluGate>(gate, values, result, from, to);
            else if (layer->Activation == StepActivation.GeluByTanh) Activate<T, GeluGate>(gate, values, result, from, to);
            else Activate<T, ExactGeluGate>(gate, values, result, from, to);
        }
        barrier->Wait();

        part.Pack(part.Activated, layer->Down);
        part.Multiply(layer->Down, part.Fed);
        barrier->Wait();
        Add(ref part, layer->FeedForwardOutputNorm, part.Fed);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate<T, TGate>(T* gate, T* values, T* result, int from, int to) where T : unmanaged where TGate : IGate
    {
        for (var i = from; i < to; i += Lanes.Count)
        {
            var value = TGate.Value(Lanes.Load(gate + i));
            Lanes.Store(values is null ? value : Lanes.Round<T>(value) * Lanes.Load(values + i), result + i);
        }
    }

    private static void Normalize<T>(ref StepMemory<T> part, in StepNorm norm, T* from, T* to) where T : unmanaged
    {
        var p = part.Call;
        for (var row = 0; row < p->Rows; row++) norm.Apply(from + row * p->Hidden, to + row * p->Hidden, p->Hidden);
    }

    /// <summary>Adds the output of a sub-layer to the hidden states.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<T>(ref StepMemory<T> part, in StepNorm norm, T* output) where T : unmanaged
    {
        if (!norm.IsNone)
        {
            Normalize(ref part, norm, output, part.Normalized);
            output = part.Normalized;
        }
        var states = part.States;
        var count = part.Call->Rows * part.Call->Hidden;
        for (var i = 0; i < count; i += Lanes.Count) Lanes.Store(Lanes.Load(states + i) + Lanes.Load(output + i), states + i);
    }
}
