using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>y = x·W + b for up to 16 rows of x, with W of shape [inputs, outputs] (GPT-2's Conv1D): each row of W, scaled by an input
/// value, is added to the outputs.</summary>
/// <remarks>
/// W is read block by block (<see cref="BlockInputs"/> rows by <see cref="BlockColumns"/> columns). Within a block, the sums of a panel
/// of 32 columns stay in registers while all its rows are read. The hardware prefetcher does not support the short strided reads of a
/// panel, so while a block is computed, the code prefetches the next one into L2, in address order.
/// </remarks>
internal static unsafe class GemvTransposed
{
    private const int BlockColumns = 256, BlockInputs = 128;                       // a block has 64 KB in bfloat16; two are in the cache
    private const int Line = 64;                                                   // bytes of a cache line

    /// <summary>Packs the input, block of rows after block of rows, each [inputs, rows of the block].</summary>
    internal static void Pack(ref SkinnyGemmArguments p, float* x)
    {
        if (p.Blocks.At(0) == 1) new ReadOnlySpan<float>(x, p.Rows * p.Inputs).CopyTo(new Span<float>(p.X, p.Rows * p.Inputs));
        else for (var first = 0; first < p.Blocks.Rows; first += p.Blocks.At(first))
            PanelPacking.Pack(x + (long)first * p.Inputs, p.Inputs, 1, Math.Min(p.Rows - first, p.Blocks.At(first)), p.Inputs,
                p.X + (long)first * p.Inputs, p.Blocks.At(first));
    }

    /// <summary>Computes the outputs <paramref name="from"/> to <paramref name="to"/> (exclusive), the share of one thread.</summary>
    [SkipLocalsInit]
    internal static void Run<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (SkinnyGemmArguments*)arguments;
        // Sums of a block, panel by panel, each [rows, 32]. They are on the thread's stack to avoid false sharing of cache lines.
        var memory = stackalloc byte[SkinnyGemmArguments.MaxRows * BlockColumns * sizeof(float) + Line];
        var sums = (float*)((nuint)(memory + Line - 1) / Line * Line);
        PrefetchFirst<T>(p, from, Math.Min(to, from + BlockColumns));
        for (var column = from; column < to; column += BlockColumns)
        {
            var end = Math.Min(to, column + BlockColumns);
            Initialize<T>(p, column, end, sums);
            for (var input = 0; input < p->Inputs; input += BlockInputs)
            {
                var (nextInput, nextColumn) = input + BlockInputs < p->Inputs
                    ? (input + BlockInputs, column)
                    : end < to ? (0, end) : (input, column);
                var block = new Block
                {
                    From = column, To = end, Input = input, Depth = Math.Min(BlockInputs, p->Inputs - input),
                    Ahead = (T*)p->W + (long)nextInput * p->Outputs + nextColumn, AheadColumns = Math.Min(BlockColumns, to - nextColumn),
                };
                for (var row = 0; row < p->Blocks.Rows; row += p->Blocks.At(row))
                {
                    var x = p->X + (long)row * p->Inputs + (long)input * p->Blocks.At(row);
                    switch (p->Blocks.At(row))
                    {
                        case RowBlocks.Large: AddEightRows<T>(p, block, x, sums + row * VectorPair.Count); break;
                        case RowBlocks.Small: AddFourRows<T>(p, block, x, sums + row * VectorPair.Count); break;
                        default: AddOneRow<T>(p, block, x, sums + row * VectorPair.Count); break;
                    }
                }
            }
            Store<T>(p, column, end, sums);
        }
    }

    /// <summary>First column of a panel. The last panel is shifted left so that it is complete; columns that overlap the previous panel
    /// are computed twice, with the same result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PanelStart(int first, int to) => Math.Min(first, to - VectorPair.Count);

    /// <summary>Prefetches the first block; each later block is prefetched while the one before it is computed.</summary>
    private static void PrefetchFirst<T>(SkinnyGemmArguments* p, int from, int to) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        for (var input = 0; input < Math.Min(BlockInputs, p->Inputs); input++)
        {
            var row = (T*)p->W + (long)input * p->Outputs;
            for (var line = (byte*)(row + from); line < row + to; line += Line) Sse.Prefetch1(line);
        }
    }

    /// <summary>Sets the sums to the bias.</summary>
    private static void Initialize<T>(SkinnyGemmArguments* p, int from, int to, float* sums) where T : unmanaged
    {
        for (var first = from; first < to; first += VectorPair.Count)
        {
            var bias = p->Bias is null ? default : VectorPair.Load((T*)p->Bias + PanelStart(first, to));
            for (var row = 0; row < p->Blocks.Rows; row++, sums += VectorPair.Count) bias.Store(sums);
        }
    }

    /// <summary>Stores the sums in the result's type.</summary>
    private static void Store<T>(SkinnyGemmArguments* p, int from, int to, float* sums) where T : unmanaged
    {
        for (var first = from; first < to; first += VectorPair.Count, sums += p->Blocks.Rows * VectorPair.Count)
        {
            var result = (T*)p->Result + PanelStart(first, to);
            // The sums are in the order of the weight's pairs (even and odd columns of bfloat16), so they are stored as a pair.
            for (var row = 0; row < p->Rows; row++, result += p->Outputs) VectorPair.Load(sums + row * VectorPair.Count).Store(result);
        }
    }

    // The three kernels differ only in the number of accumulators. They are written out because the JIT keeps separate local variables in
    // registers, but not the elements of an array.

    /// <summary>Adds a block of the weight times eight rows of the input, panel by panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddEightRows<T>(SkinnyGemmArguments* p, in Block block, float* x, float* sums) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        var panelSize = p->Blocks.Rows * VectorPair.Count;
        var ahead = (T*)block.Ahead;
        var aheadColumn = 0;
        for (var first = block.From; first < block.To; first += VectorPair.Count, sums += panelSize)
        {
            var w = (T*)p->W + block.Input * outputs + PanelStart(first, block.To);
            var (s0, s1, s2, s3) = (VectorPair.Load(sums), VectorPair.Load(sums + VectorPair.Count),
                VectorPair.Load(sums + 2 * VectorPair.Count), VectorPair.Load(sums + 3 * VectorPair.Count));
            var (s4, s5, s6, s7) = (VectorPair.Load(sums + 4 * VectorPair.Count), VectorPair.Load(sums + 5 * VectorPair.Count),
                VectorPair.Load(sums + 6 * VectorPair.Count), VectorPair.Load(sums + 7 * VectorPair.Count));
            var end = x + RowBlocks.Large * block.Depth;
            for (var values = x; values < end; values += RowBlocks.Large, w += outputs)
            {
                PrefetchNext(ref ahead, ref aheadColumn, block.AheadColumns, outputs);
                var row = VectorPair.Load(w);
                s0.AddProduct(row, Vector512.Create(values[0]));
                s1.AddProduct(row, Vector512.Create(values[1]));
                s2.AddProduct(row, Vector512.Create(values[2]));
                s3.AddProduct(row, Vector512.Create(values[3]));
                s4.AddProduct(row, Vector512.Create(values[4]));
                s5.AddProduct(row, Vector512.Create(values[5]));
                s6.AddProduct(row, Vector512.Create(values[6]));
                s7.AddProduct(row, Vector512.Create(values[7]));
            }
            s0.Store(sums);
            s1.Store(sums + VectorPair.Count);
            s2.Store(sums + 2 * VectorPair.Count);
            s3.Store(sums + 3 * VectorPair.Count);
            s4.Store(sums + 4 * VectorPair.Count);
            s5.Store(sums + 5 * VectorPair.Count);
            s6.Store(sums + 6 * VectorPair.Count);
            s7.Store(sums + 7 * VectorPair.Count);
        }
    }

    /// <summary>Adds a block of the weight times four rows of the input, panel by panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddFourRows<T>(SkinnyGemmArguments* p, in Block block, float* x, float* sums) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        var panelSize = p->Blocks.Rows * VectorPair.Count;
        var ahead = (T*)block.Ahead;
        var aheadColumn = 0;
        for (var first = block.From; first < block.To; first += VectorPair.Count, sums += panelSize)
        {
            var w = (T*)p->W + block.Input * outputs + PanelStart(first, block.To);
            var (s0, s1, s2, s3) = (VectorPair.Load(sums), VectorPair.Load(sums + VectorPair.Count),
                VectorPair.Load(sums + 2 * VectorPair.Count), VectorPair.Load(sums + 3 * VectorPair.Count));
            var end = x + RowBlocks.Small * block.Depth;
            for (var values = x; values < end; values += RowBlocks.Small, w += outputs)
            {
                PrefetchNext(ref ahead, ref aheadColumn, block.AheadColumns, outputs);
                var row = VectorPair.Load(w);
                s0.AddProduct(row, Vector512.Create(values[0]));
                s1.AddProduct(row, Vector512.Create(values[1]));
                s2.AddProduct(row, Vector512.Create(values[2]));
                s3.AddProduct(row, Vector512.Create(values[3]));
            }
            s0.Store(sums);
            s1.Store(sums + VectorPair.Count);
            s2.Store(sums + 2 * VectorPair.Count);
            s3.Store(sums + 3 * VectorPair.Count);
        }
    }

    /// <summary>Adds a block of the weight times one row of the input, panel by panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddOneRow<T>(SkinnyGemmArguments* p, in Block block, float* x, float* sums) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        var panelSize = p->Blocks.Rows * VectorPair.Count;
        var ahead = (T*)block.Ahead;
        var aheadColumn = 0;
        for (var first = block.From; first < block.To; first += VectorPair.Count, sums += panelSize)
        {
            var w = (T*)p->W + block.Input * outputs + PanelStart(first, block.To);
            var s0 = VectorPair.Load(sums);
            var end = x + block.Depth;
            for (var values = x; values < end; values++, w += outputs)
            {
                PrefetchNext(ref ahead, ref aheadColumn, block.AheadColumns, outputs);
                var row = VectorPair.Load(w);
                s0.AddProduct(row, Vector512.Create(values[0]));
            }
            s0.Store(sums);
        }
    }

    /// <summary>Prefetches as much of the next block as one iteration reads of this one, in address order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchNext<T>(ref T* row, ref int column, int columns, nint outputs) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch1(row + column);
        if (typeof(T) == typeof(float)) Sse.Prefetch1((byte*)(row + column) + Line);
        column += VectorPair.Count;
        if (column < columns) return;
        column = 0;
        row += outputs;
    }

    /// <summary>A block of the weight, and the address of the block to prefetch.</summary>
    private struct Block
    {
        internal int From, To, Input, Depth, AheadColumns;
        internal void* Ahead;
    }
}
