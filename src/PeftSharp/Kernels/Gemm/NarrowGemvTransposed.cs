using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>y = x·W + b for up to 16 rows of x, with W of shape [inputs, outputs]: <see cref="GemvTransposed"/> for processors without
/// 512-bit vectors.</summary>
/// <remarks>W is read block by block; while a block is computed, the next one is prefetched. The sums of two rows and 32 columns stay in
/// registers while all rows of the block are read.</remarks>
internal static unsafe class NarrowGemvTransposed
{
    private const int PanelColumns = 2 * NarrowPair.Count, BlockColumns = 512, BlockInputs = 64;
    private const int Line = 64;                                                   // bytes of a cache line

    /// <summary>Copies the input, [rows, inputs], as float32; rows of padding are zeros.</summary>
    internal static void Pack(ref SkinnyGemmArguments p, float* x)
    {
        var (count, padded) = (p.Rows * p.Inputs, p.Blocks.Rows * p.Inputs);
        new ReadOnlySpan<float>(x, count).CopyTo(new Span<float>(p.X, count));
        new Span<float>(p.X + count, padded - count).Clear();
    }

    /// <summary>Computes the outputs <paramref name="from"/> to <paramref name="to"/> (exclusive), the share of one thread.</summary>
    [SkipLocalsInit]
    internal static void Run<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (SkinnyGemmArguments*)arguments;
        // Sums, panel by panel, each [rows, 32]. They are on the thread's stack to avoid false sharing of cache lines.
        var memory = stackalloc byte[SkinnyGemmArguments.MaxRows * BlockColumns * sizeof(float) + Line];
        var sums = (float*)((nuint)(memory + Line - 1) / Line * Line);
        var panelSize = p->Blocks.Rows * PanelColumns;
        for (var column = from; column < to; column += BlockColumns)
        {
            var end = Math.Min(to, column + BlockColumns);
            var panel = sums;
            for (var first = column; first < end; first += PanelColumns, panel += panelSize)
                Initialize<T>(p, PanelStart(first, end), panel);
            for (var input = 0; input < p->Inputs; input += BlockInputs)
            {
                var depth = Math.Min(BlockInputs, p->Inputs - input);
                // The next block to prefetch: the one below, or the first one of the next columns.
                var ahead = input + depth < p->Inputs ? (nint)depth * p->Outputs : end < to ? end - column - (nint)input * p->Outputs : 0;
                panel = sums;
                for (var first = column; first < end; first += PanelColumns, panel += panelSize)
                {
                    var w = (T*)p->W + (nint)input * p->Outputs + PanelStart(first, end);
                    var x = p->X + input;
                    if (p->Blocks.Rows == 1) AddOneRow(p, w, ahead, x, depth, panel);
                    else for (var row = 0; row < p->Blocks.Rows; row += 2)
                        AddTwoRows(p, w, row == 0 ? ahead : 0, x + (nint)row * p->Inputs, depth, panel + row * PanelColumns);
                }
            }
            panel = sums;
            for (var first = column; first < end; first += PanelColumns, panel += panelSize) Store<T>(p, PanelStart(first, end), panel);
        }
    }

    /// <summary>First column of a panel. The last panel is shifted left so that it is complete.</summary>
    private static int PanelStart(int first, int to) => Math.Min(first, to - PanelColumns);

    private static void Initialize<T>(SkinnyGemmArguments* p, int column, float* sums) where T : unmanaged
    {
        for (var part = 0; part < PanelColumns; part += NarrowPair.Count)
        {
            var bias = p->Bias is null ? default : NarrowPair.Load((T*)p->Bias + column + part);
            for (var row = 0; row < p->Blocks.Rows; row++) bias.Store(sums + row * PanelColumns + part);
        }
    }

    private static void Store<T>(SkinnyGemmArguments* p, int column, float* sums) where T : unmanaged
    {
        for (var row = 0; row < p->Rows; row++)
            for (var part = 0; part < PanelColumns; part += NarrowPair.Count)
                NarrowPair.Load(sums + row * PanelColumns + part).Store((T*)p->Result + (long)row * p->Outputs + column + part);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddTwoRows<T>(SkinnyGemmArguments* p, T* w, nint ahead, float* x, int depth, float* sums) where T : unmanaged
    {
        var (outputs, inputs) = ((nint)p->Outputs, (nint)p->Inputs);
        NarrowPair a0 = NarrowPair.Load(sums), a1 = NarrowPair.Load(sums + NarrowPair.Count),
            b0 = NarrowPair.Load(sums + PanelColumns), b1 = NarrowPair.Load(sums + PanelColumns + NarrowPair.Count);
        for (var end = x + depth; x < end; x++, w += outputs)
        {
            Prefetch(w + ahead);
            var (first, second) = (NarrowPair.Load(w), NarrowPair.Load(w + NarrowPair.Count));
            var factor = Vector256.Create(x[0]);
            a0.AddProduct(first, factor);
            a1.AddProduct(second, factor);
            factor = Vector256.Create(x[inputs]);
            b0.AddProduct(first, factor);
            b1.AddProduct(second, factor);
        }
        a0.Store(sums);
        a1.Store(sums + NarrowPair.Count);
        b0.Store(sums + PanelColumns);
        b1.Store(sums + PanelColumns + NarrowPair.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddOneRow<T>(SkinnyGemmArguments* p, T* w, nint ahead, float* x, int depth, float* sums) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        NarrowPair a = NarrowPair.Load(sums), b = NarrowPair.Load(sums + NarrowPair.Count);
        for (var end = x + depth; x < end; x++, w += outputs)
        {
            Prefetch(w + ahead);
            var factor = Vector256.Create(x[0]);
            a.AddProduct(NarrowPair.Load(w), factor);
            b.AddProduct(NarrowPair.Load(w + NarrowPair.Count), factor);
        }
        a.Store(sums);
        b.Store(sums + NarrowPair.Count);
    }

    /// <summary>Prefetches the elements of a panel's row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<T>(T* at) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch1(at);
        if (typeof(T) == typeof(float)) Sse.Prefetch1((byte*)at + Line);
    }
}
