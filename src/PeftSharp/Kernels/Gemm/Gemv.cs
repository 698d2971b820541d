using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>A weight [outputs, inputs]: each output is the product of a row of it with each row of the input.</summary>
/// <remarks>
/// A block's sums, sixteen or twenty-four vectors, stay in registers. All that stands around such a loop is inlined: a call would put the sums on the stack in every turn.
/// Several rows of the weight are read side by side, which memory would give slowly, so it is asked for what comes a good while later, in the order in which it lies there.
/// </remarks>
internal static unsafe class Gemv
{
    private const int Stretch = 96, Group = 12;              // outputs at once: whole groups of three and of four
    private const int Margin = 4, SumsOfRow = Margin + Stretch;
    private const int Near = 1 << 18, Ahead = 1 << 14, Line = 64;

    /// <summary>The input, block of rows after block, each [pairs of vectors, rows of it, 32].</summary>
    internal static void Pack<T>(ref SkinnyGemmArguments p, T* from) where T : unmanaged
    {
        var to = p.X;
        for (var first = 0; first < p.Blocks.Rows; first += p.Blocks.At(first))
            for (var input = 0; input < p.Inputs; input += VectorPair.Count)
                for (var row = first; row < first + p.Blocks.At(first); row++, to += VectorPair.Count)
                {
                    var (a, b) = row < p.Rows ? VectorPair.Load(from + (long)row * p.Inputs + input) : default;
                    a.Store(to);
                    b.Store(to + VectorPair.Half);
                }
    }

    /// <summary>The outputs from the first to before the last, as many at once as stay near for all blocks of rows.</summary>
    [SkipLocalsInit]
    internal static void Run<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (SkinnyGemmArguments*)arguments;
        var stretch = Math.Clamp(Near / (p->Inputs * sizeof(T)) / Group * Group, Group, Stretch);
        var sums = stackalloc float[SkinnyGemmArguments.MostRows * SumsOfRow];
        for (; from < to; from += stretch)
        {
            var end = Math.Min(to, from + stretch);
            for (var first = 0; first < p->Blocks.Rows; first += p->Blocks.At(first)) Multiply<T>(p, first, from, end, sums + Margin - from);
            End<T>(p, from, end, sums + Margin - from);
        }
    }

    /// <summary>A block of rows. The last group that is not whole reaches back into outputs that are there already, with the same numbers.</summary>
    private static void Multiply<T>(SkinnyGemmArguments* p, int first, int from, int to, float* sums) where T : unmanaged
    {
        switch (p->Blocks.At(first))
        {
            case RowBlocks.Large:
                for (; from < to; from += 3) EightByThree<T>(p, first, Math.Min(from, to - 3), sums);
                break;
            case RowBlocks.Small:
                for (; from < to; from += 4) FourByFour<T>(p, first, Math.Min(from, to - 4), sums);
                break;
            default:
                for (; from < to; from++) One<T>(p, first, from, sums);
                break;
        }
    }

    /// <summary>The sums and the bias in the result's type.</summary>
    private static void End<T>(SkinnyGemmArguments* p, int from, int to, float* sums) where T : unmanaged
    {
        var result = (T*)p->Result;
        for (var row = 0; row < p->Rows; row++, sums += SumsOfRow, result += p->Outputs)
        {
            var output = from;
            for (; output + Lanes.Count <= to; output += Lanes.Count)
            {
                var numbers = Vector256.Load(sums + output);
                Lanes.Store(p->Bias is null ? numbers : numbers + Lanes.Load((T*)p->Bias + output), result + output);
            }
            for (; output < to; output++) result[output] = Lanes.FromSingle<T>(p->Bias is null ? sums[output] : sums[output] + Lanes.ToSingle((T*)p->Bias + output));
        }
    }

    /// <summary>Eight rows of the input with three of the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void EightByThree<T>(SkinnyGemmArguments* p, int first, int output, float* sums) where T : unmanaged
    {
        var x = p->X + (long)first * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var ahead = (byte*)w + Ahead;
        var inputs = (nint)p->Inputs;
        var end = w + inputs;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        for (; w < end; w += VectorPair.Count, x += 8 * VectorPair.Count)
        {
            AskFor<T>(ref ahead, 3);
            var (one, one2) = VectorPair.Load(w);
            var (two, two2) = VectorPair.Load(w + inputs);
            var (three, three2) = VectorPair.Load(w + 2 * inputs);
            var row = Vector512.Load(x);
            (a0, b0, c0) = (Vector512.FusedMultiplyAdd(one, row, a0), Vector512.FusedMultiplyAdd(two, row, b0), Vector512.FusedMultiplyAdd(three, row, c0));
            row = Vector512.Load(x + 32);
            (a1, b1, c1) = (Vector512.FusedMultiplyAdd(one, row, a1), Vector512.FusedMultiplyAdd(two, row, b1), Vector512.FusedMultiplyAdd(three, row, c1));
            row = Vector512.Load(x + 64);
            (a2, b2, c2) = (Vector512.FusedMultiplyAdd(one, row, a2), Vector512.FusedMultiplyAdd(two, row, b2), Vector512.FusedMultiplyAdd(three, row, c2));
            row = Vector512.Load(x + 96);
            (a3, b3, c3) = (Vector512.FusedMultiplyAdd(one, row, a3), Vector512.FusedMultiplyAdd(two, row, b3), Vector512.FusedMultiplyAdd(three, row, c3));
            row = Vector512.Load(x + 128);
            (a4, b4, c4) = (Vector512.FusedMultiplyAdd(one, row, a4), Vector512.FusedMultiplyAdd(two, row, b4), Vector512.FusedMultiplyAdd(three, row, c4));
            row = Vector512.Load(x + 160);
            (a5, b5, c5) = (Vector512.FusedMultiplyAdd(one, row, a5), Vector512.FusedMultiplyAdd(two, row, b5), Vector512.FusedMultiplyAdd(three, row, c5));
            row = Vector512.Load(x + 192);
            (a6, b6, c6) = (Vector512.FusedMultiplyAdd(one, row, a6), Vector512.FusedMultiplyAdd(two, row, b6), Vector512.FusedMultiplyAdd(three, row, c6));
            row = Vector512.Load(x + 224);
            (a7, b7, c7) = (Vector512.FusedMultiplyAdd(one, row, a7), Vector512.FusedMultiplyAdd(two, row, b7), Vector512.FusedMultiplyAdd(three, row, c7));
            row = Vector512.Load(x + 16);
            (a0, b0, c0) = (Vector512.FusedMultiplyAdd(one2, row, a0), Vector512.FusedMultiplyAdd(two2, row, b0), Vector512.FusedMultiplyAdd(three2, row, c0));
            row = Vector512.Load(x + 48);
            (a1, b1, c1) = (Vector512.FusedMultiplyAdd(one2, row, a1), Vector512.FusedMultiplyAdd(two2, row, b1), Vector512.FusedMultiplyAdd(three2, row, c1));
            row = Vector512.Load(x + 80);
            (a2, b2, c2) = (Vector512.FusedMultiplyAdd(one2, row, a2), Vector512.FusedMultiplyAdd(two2, row, b2), Vector512.FusedMultiplyAdd(three2, row, c2));
            row = Vector512.Load(x + 112);
            (a3, b3, c3) = (Vector512.FusedMultiplyAdd(one2, row, a3), Vector512.FusedMultiplyAdd(two2, row, b3), Vector512.FusedMultiplyAdd(three2, row, c3));
            row = Vector512.Load(x + 144);
            (a4, b4, c4) = (Vector512.FusedMultiplyAdd(one2, row, a4), Vector512.FusedMultiplyAdd(two2, row, b4), Vector512.FusedMultiplyAdd(three2, row, c4));
            row = Vector512.Load(x + 176);
            (a5, b5, c5) = (Vector512.FusedMultiplyAdd(one2, row, a5), Vector512.FusedMultiplyAdd(two2, row, b5), Vector512.FusedMultiplyAdd(three2, row, c5));
            row = Vector512.Load(x + 208);
            (a6, b6, c6) = (Vector512.FusedMultiplyAdd(one2, row, a6), Vector512.FusedMultiplyAdd(two2, row, b6), Vector512.FusedMultiplyAdd(three2, row, c6));
            row = Vector512.Load(x + 240);
            (a7, b7, c7) = (Vector512.FusedMultiplyAdd(one2, row, a7), Vector512.FusedMultiplyAdd(two2, row, b7), Vector512.FusedMultiplyAdd(three2, row, c7));
        }
        sums += first * SumsOfRow + output;
        StoreSums(sums, a0, a1, a2, a3);
        StoreSums(sums + 4 * SumsOfRow, a4, a5, a6, a7);
        StoreSums(sums + 1, b0, b1, b2, b3);
        StoreSums(sums + 1 + 4 * SumsOfRow, b4, b5, b6, b7);
        StoreSums(sums + 2, c0, c1, c2, c3);
        StoreSums(sums + 2 + 4 * SumsOfRow, c4, c5, c6, c7);
    }

    /// <summary>Four rows of the input with four of the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourByFour<T>(SkinnyGemmArguments* p, int first, int output, float* sums) where T : unmanaged
    {
        var x = p->X + (long)first * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var ahead = (byte*)w + Ahead;
        var inputs = (nint)p->Inputs;
        var end = w + inputs;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        Vector512<float> d0 = default, d1 = default, d2 = default, d3 = default;
        for (; w < end; w += VectorPair.Count, x += 4 * VectorPair.Count)
        {
            AskFor<T>(ref ahead, 4);
            var (one, one2) = VectorPair.Load(w);
            var (two, two2) = VectorPair.Load(w + inputs);
            var (three, three2) = VectorPair.Load(w + 2 * inputs);
            var (four, four2) = VectorPair.Load(w + 3 * inputs);
            var row = Vector512.Load(x);
            (a0, b0) = (Vector512.FusedMultiplyAdd(one, row, a0), Vector512.FusedMultiplyAdd(two, row, b0));
            (c0, d0) = (Vector512.FusedMultiplyAdd(three, row, c0), Vector512.FusedMultiplyAdd(four, row, d0));
            row = Vector512.Load(x + 32);
            (a1, b1) = (Vector512.FusedMultiplyAdd(one, row, a1), Vector512.FusedMultiplyAdd(two, row, b1));
            (c1, d1) = (Vector512.FusedMultiplyAdd(three, row, c1), Vector512.FusedMultiplyAdd(four, row, d1));
            row = Vector512.Load(x + 64);
            (a2, b2) = (Vector512.FusedMultiplyAdd(one, row, a2), Vector512.FusedMultiplyAdd(two, row, b2));
            (c2, d2) = (Vector512.FusedMultiplyAdd(three, row, c2), Vector512.FusedMultiplyAdd(four, row, d2));
            row = Vector512.Load(x + 96);
            (a3, b3) = (Vector512.FusedMultiplyAdd(one, row, a3), Vector512.FusedMultiplyAdd(two, row, b3));
            (c3, d3) = (Vector512.FusedMultiplyAdd(three, row, c3), Vector512.FusedMultiplyAdd(four, row, d3));
            row = Vector512.Load(x + 16);
            (a0, b0) = (Vector512.FusedMultiplyAdd(one2, row, a0), Vector512.FusedMultiplyAdd(two2, row, b0));
            (c0, d0) = (Vector512.FusedMultiplyAdd(three2, row, c0), Vector512.FusedMultiplyAdd(four2, row, d0));
            row = Vector512.Load(x + 48);
            (a1, b1) = (Vector512.FusedMultiplyAdd(one2, row, a1), Vector512.FusedMultiplyAdd(two2, row, b1));
            (c1, d1) = (Vector512.FusedMultiplyAdd(three2, row, c1), Vector512.FusedMultiplyAdd(four2, row, d1));
            row = Vector512.Load(x + 80);
            (a2, b2) = (Vector512.FusedMultiplyAdd(one2, row, a2), Vector512.FusedMultiplyAdd(two2, row, b2));
            (c2, d2) = (Vector512.FusedMultiplyAdd(three2, row, c2), Vector512.FusedMultiplyAdd(four2, row, d2));
            row = Vector512.Load(x + 112);
            (a3, b3) = (Vector512.FusedMultiplyAdd(one2, row, a3), Vector512.FusedMultiplyAdd(two2, row, b3));
            (c3, d3) = (Vector512.FusedMultiplyAdd(three2, row, c3), Vector512.FusedMultiplyAdd(four2, row, d3));
        }
        sums += first * SumsOfRow + output;
        StoreSums(sums, a0, a1, a2, a3);
        StoreSums(sums + 1, b0, b1, b2, b3);
        StoreSums(sums + 2, c0, c1, c2, c3);
        StoreSums(sums + 3, d0, d1, d2, d3);
    }

    /// <summary>One row of the input with one of the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One<T>(SkinnyGemmArguments* p, int row, int output, float* sums) where T : unmanaged
    {
        var x = p->X + (long)row * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var end = w + p->Inputs;
        var ahead = (byte*)w + Ahead;
        Vector512<float> a = default, b = default;
        for (; w < end; w += VectorPair.Count, x += VectorPair.Count)
        {
            AskFor<T>(ref ahead, 1);
            var (first, second) = VectorPair.Load(w);
            (a, b) = (Vector512.FusedMultiplyAdd(first, Vector512.Load(x), a), Vector512.FusedMultiplyAdd(second, Vector512.Load(x + VectorPair.Half), b));
        }
        sums[row * SumsOfRow + output] = Vector512.Sum(a + b);
    }

    /// <summary>Asks for as much of the weight as a turn of a loop reads of some of its rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AskFor<T>(ref byte* ahead, int rows) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        var bytes = rows * VectorPair.Count * sizeof(T);
        for (var line = 0; line < bytes; line += Line) Sse.Prefetch1(ahead + line);          // beyond the end it does nothing
        ahead += bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums(float* sums, Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
    {
        var four = Quarter(first, second, third, fourth);
        sums[0] = four[0];
        sums[SumsOfRow] = four[1];
        sums[2 * SumsOfRow] = four[2];
        sums[3 * SumsOfRow] = four[3];
    }

    /// <summary>The sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
    {
        if (!Sse3.IsSupported) return Vector128.Create(Vector512.Sum(first), Vector512.Sum(second), Vector512.Sum(third), Vector512.Sum(fourth));
        return Sse3.HorizontalAdd(Sse3.HorizontalAdd(Fold(first), Fold(second)), Sse3.HorizontalAdd(Fold(third), Fold(fourth)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(Vector512<float> x)
    {
        var half = x.GetLower() + x.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
