using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>A weight [inputs, outputs], as GPT-2's: each row of it, times the input's number for it, is added to the outputs.</summary>
/// <remarks>
/// The weight is taken block by block, some columns of some of its rows; within a block a strip of two vectors of columns goes down all rows while its sums stay in registers.
/// Memory would give such short pieces slowly, so while one block is computed the next is asked for in the order in which it lies there, and waits in the second cache.
/// </remarks>
internal static unsafe class GemvTransposed
{
    private const int BlockColumns = 256, BlockInputs = 128;                       // 64 KB of bfloat16, twice in the cache
    private const int Line = 64;

    /// <summary>The input, block of rows after block, each [inputs, rows of it].</summary>
    internal static void Pack(ref SkinnyGemmArguments p, float* x)
    {
        if (p.Blocks.At(0) == 1) new ReadOnlySpan<float>(x, p.Rows * p.Inputs).CopyTo(new Span<float>(p.X, p.Rows * p.Inputs));
        else for (var first = 0; first < p.Blocks.Rows; first += p.Blocks.At(first))
            PanelPacking.Pack(x + (long)first * p.Inputs, p.Inputs, 1, Math.Min(p.Rows - first, p.Blocks.At(first)), p.Inputs, p.X + (long)first * p.Inputs, p.Blocks.At(first));
    }

    /// <summary>The outputs from the first to before the last.</summary>
    [SkipLocalsInit]
    internal static void Run<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (SkinnyGemmArguments*)arguments;
        // Sums of a block, strip by strip, each [rows, 32]. Each thread has its own: a line of memory that two write to goes to and fro between them.
        var memory = stackalloc byte[SkinnyGemmArguments.MostRows * BlockColumns * sizeof(float) + Line];
        var sums = (float*)((nuint)(memory + Line - 1) / Line * Line);
        AskFor<T>(p, from, Math.Min(to, from + BlockColumns));
        for (var column = from; column < to; column += BlockColumns)
        {
            var end = Math.Min(to, column + BlockColumns);
            Begin<T>(p, column, end, sums);
            for (var input = 0; input < p->Inputs; input += BlockInputs)
            {
                var (nextInput, nextColumn) = input + BlockInputs < p->Inputs ? (input + BlockInputs, column) : end < to ? (0, end) : (input, column);
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
                        case RowBlocks.Large: AddEight<T>(p, block, x, sums + row * VectorPair.Count); break;
                        case RowBlocks.Small: AddFour<T>(p, block, x, sums + row * VectorPair.Count); break;
                        default: AddOne<T>(p, block, x, sums + row * VectorPair.Count); break;
                    }
                }
            }
            End<T>(p, column, end, sums);
        }
    }

    /// <summary>Where a strip begins. The last one that is not whole reaches back into what others compute as well, with the same numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Strip(int first, int to) => Math.Min(first, to - VectorPair.Count);

    /// <summary>Asks for the first block, which nothing was computed before.</summary>
    private static void AskFor<T>(SkinnyGemmArguments* p, int from, int to) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        for (var input = 0; input < Math.Min(BlockInputs, p->Inputs); input++)
        {
            var row = (T*)p->W + (long)input * p->Outputs;
            for (var line = (byte*)(row + from); line < row + to; line += Line) Sse.Prefetch1(line);
        }
    }

    /// <summary>The sums begin with the bias.</summary>
    private static void Begin<T>(SkinnyGemmArguments* p, int from, int to, float* sums) where T : unmanaged
    {
        for (var first = from; first < to; first += VectorPair.Count)
        {
            var (a, b) = p->Bias is null ? default : VectorPair.Load((T*)p->Bias + Strip(first, to));
            for (var row = 0; row < p->Blocks.Rows; row++, sums += VectorPair.Count)
            {
                a.Store(sums);
                b.Store(sums + VectorPair.Half);
            }
        }
    }

    /// <summary>The sums in the result's type.</summary>
    private static void End<T>(SkinnyGemmArguments* p, int from, int to, float* sums) where T : unmanaged
    {
        for (var first = from; first < to; first += VectorPair.Count, sums += p->Blocks.Rows * VectorPair.Count)
        {
            var result = (T*)p->Result + Strip(first, to);
            for (var row = 0; row < p->Rows; row++, result += p->Outputs)
                VectorPair.Store(Vector512.Load(sums + row * VectorPair.Count), Vector512.Load(sums + row * VectorPair.Count + VectorPair.Half), result);
        }
    }

    /// <summary>Eight rows of the input times a block of the weight, a strip of two vectors of columns after another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddEight<T>(SkinnyGemmArguments* p, in Block block, float* x, float* sums) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        var stride = p->Blocks.Rows * VectorPair.Count;
        var ahead = (T*)block.Ahead;
        var aheadColumn = 0;
        for (var first = block.From; first < block.To; first += VectorPair.Count, sums += stride)
        {
            var w = (T*)p->W + block.Input * outputs + Strip(first, block.To);
            var (a0, b0) = (Vector512.Load(sums), Vector512.Load(sums + 16));
            var (a1, b1) = (Vector512.Load(sums + 32), Vector512.Load(sums + 48));
            var (a2, b2) = (Vector512.Load(sums + 64), Vector512.Load(sums + 80));
            var (a3, b3) = (Vector512.Load(sums + 96), Vector512.Load(sums + 112));
            var (a4, b4) = (Vector512.Load(sums + 128), Vector512.Load(sums + 144));
            var (a5, b5) = (Vector512.Load(sums + 160), Vector512.Load(sums + 176));
            var (a6, b6) = (Vector512.Load(sums + 192), Vector512.Load(sums + 208));
            var (a7, b7) = (Vector512.Load(sums + 224), Vector512.Load(sums + 240));
            var end = x + 8 * block.Depth;
            for (var numbers = x; numbers < end; numbers += 8, w += outputs)
            {
                AskForNext(ref ahead, ref aheadColumn, block.AheadColumns, outputs);
                var (a, b) = VectorPair.Load(w);
                var number = Vector512.Create(numbers[0]);
                (a0, b0) = (Vector512.FusedMultiplyAdd(a, number, a0), Vector512.FusedMultiplyAdd(b, number, b0));
                number = Vector512.Create(numbers[1]);
                (a1, b1) = (Vector512.FusedMultiplyAdd(a, number, a1), Vector512.FusedMultiplyAdd(b, number, b1));
                number = Vector512.Create(numbers[2]);
                (a2, b2) = (Vector512.FusedMultiplyAdd(a, number, a2), Vector512.FusedMultiplyAdd(b, number, b2));
                number = Vector512.Create(numbers[3]);
                (a3, b3) = (Vector512.FusedMultiplyAdd(a, number, a3), Vector512.FusedMultiplyAdd(b, number, b3));
                number = Vector512.Create(numbers[4]);
                (a4, b4) = (Vector512.FusedMultiplyAdd(a, number, a4), Vector512.FusedMultiplyAdd(b, number, b4));
                number = Vector512.Create(numbers[5]);
                (a5, b5) = (Vector512.FusedMultiplyAdd(a, number, a5), Vector512.FusedMultiplyAdd(b, number, b5));
                number = Vector512.Create(numbers[6]);
                (a6, b6) = (Vector512.FusedMultiplyAdd(a, number, a6), Vector512.FusedMultiplyAdd(b, number, b6));
                number = Vector512.Create(numbers[7]);
                (a7, b7) = (Vector512.FusedMultiplyAdd(a, number, a7), Vector512.FusedMultiplyAdd(b, number, b7));
            }
            a0.Store(sums);
            b0.Store(sums + 16);
            a1.Store(sums + 32);
            b1.Store(sums + 48);
            a2.Store(sums + 64);
            b2.Store(sums + 80);
            a3.Store(sums + 96);
            b3.Store(sums + 112);
            a4.Store(sums + 128);
            b4.Store(sums + 144);
            a5.Store(sums + 160);
            b5.Store(sums + 176);
            a6.Store(sums + 192);
            b6.Store(sums + 208);
            a7.Store(sums + 224);
            b7.Store(sums + 240);
        }
    }

    /// <summary>Four rows of the input times a block of the weight, a strip of two vectors of columns after another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddFour<T>(SkinnyGemmArguments* p, in Block block, float* x, float* sums) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        var stride = p->Blocks.Rows * VectorPair.Count;
        var ahead = (T*)block.Ahead;
        var aheadColumn = 0;
        for (var first = block.From; first < block.To; first += VectorPair.Count, sums += stride)
        {
            var w = (T*)p->W + block.Input * outputs + Strip(first, block.To);
            var (a0, b0) = (Vector512.Load(sums), Vector512.Load(sums + 16));
            var (a1, b1) = (Vector512.Load(sums + 32), Vector512.Load(sums + 48));
            var (a2, b2) = (Vector512.Load(sums + 64), Vector512.Load(sums + 80));
            var (a3, b3) = (Vector512.Load(sums + 96), Vector512.Load(sums + 112));
            var end = x + 4 * block.Depth;
            for (var numbers = x; numbers < end; numbers += 4, w += outputs)
            {
                AskForNext(ref ahead, ref aheadColumn, block.AheadColumns, outputs);
                var (a, b) = VectorPair.Load(w);
                var number = Vector512.Create(numbers[0]);
                (a0, b0) = (Vector512.FusedMultiplyAdd(a, number, a0), Vector512.FusedMultiplyAdd(b, number, b0));
                number = Vector512.Create(numbers[1]);
                (a1, b1) = (Vector512.FusedMultiplyAdd(a, number, a1), Vector512.FusedMultiplyAdd(b, number, b1));
                number = Vector512.Create(numbers[2]);
                (a2, b2) = (Vector512.FusedMultiplyAdd(a, number, a2), Vector512.FusedMultiplyAdd(b, number, b2));
                number = Vector512.Create(numbers[3]);
                (a3, b3) = (Vector512.FusedMultiplyAdd(a, number, a3), Vector512.FusedMultiplyAdd(b, number, b3));
            }
            a0.Store(sums);
            b0.Store(sums + 16);
            a1.Store(sums + 32);
            b1.Store(sums + 48);
            a2.Store(sums + 64);
            b2.Store(sums + 80);
            a3.Store(sums + 96);
            b3.Store(sums + 112);
        }
    }

    /// <summary>One row of the input times a block of the weight, a strip of two vectors of columns after another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddOne<T>(SkinnyGemmArguments* p, in Block block, float* x, float* sums) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        var stride = p->Blocks.Rows * VectorPair.Count;
        var ahead = (T*)block.Ahead;
        var aheadColumn = 0;
        for (var first = block.From; first < block.To; first += VectorPair.Count, sums += stride)
        {
            var w = (T*)p->W + block.Input * outputs + Strip(first, block.To);
            var (c, d) = (Vector512.Load(sums), Vector512.Load(sums + 16));
            var end = x + block.Depth;
            for (var numbers = x; numbers < end; numbers++, w += outputs)
            {
                AskForNext(ref ahead, ref aheadColumn, block.AheadColumns, outputs);
                var (a, b) = VectorPair.Load(w);
                var number = Vector512.Create(*numbers);
                (c, d) = (Vector512.FusedMultiplyAdd(a, number, c), Vector512.FusedMultiplyAdd(b, number, d));
            }
            c.Store(sums);
            d.Store(sums + 16);
        }
    }

    /// <summary>Asks for as much of the next block as a turn of a loop reads of this one, row after row of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AskForNext<T>(ref T* row, ref int column, int columns, nint outputs) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch1(row + column);
        if (typeof(T) == typeof(float)) Sse.Prefetch1((byte*)(row + column) + Line);
        column += VectorPair.Count;
        if (column < columns) return;
        column = 0;
        row += outputs;
    }

    /// <summary>A block of the weight, and the one after it.</summary>
    private struct Block
    {
        internal int From, To, Input, Depth, AheadColumns;
        internal void* Ahead;
    }
}
