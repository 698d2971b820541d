using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>Pieces of matrices in the order in which <see cref="ProductTile"/> reads them: strips of a few rows (or columns), number by number of the depth, filled up with zeros.</summary>
internal static unsafe class ProductPacking
{
    /// <param name="from">Number (0, 0) of the strip.</param>
    /// <param name="across">From a row of the strip (a column, for the right side) to the next; 1 or else <paramref name="along"/> is.</param>
    /// <param name="along">From a number of the depth to the next.</param>
    /// <param name="count">Rows that there are, at most <paramref name="width"/>.</param>
    /// <param name="depth">How deep the piece is.</param>
    /// <param name="to">[depth, width].</param>
    /// <param name="width">Of a strip; a multiple of four.</param>
    internal static void Pack(float* from, nint across, nint along, int count, int depth, float* to, int width)
    {
        if (count == width && across == 1) CopyRows(from, along, depth, to, width);
        else if (count == width && along == 1 && Sse.IsSupported) Turn(from, across, depth, to, width);
        else
        {
            for (var k = 0; k < depth; k++, from += along, to += width)
                for (var i = 0; i < width; i++) to[i] = i < count ? from[i * across] : 0;
        }
    }

    /// <summary>Each number of the depth is a short row, in another page than the one before: asked for far ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void CopyRows(float* from, nint along, int depth, float* to, int width)
    {
        const int ahead = 32;
        for (var k = 0; k < depth; k++, from += along, to += width)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(from + ahead * along);                               // beyond the end it does nothing
                Sse.Prefetch0(from + ahead * along + width - 1);
            }
            for (var i = 0; i < width; i += Vector128<float>.Count) Vector128.Load(from + i).Store(to + i);
        }
    }

    /// <summary>Four by four numbers at a time; of each row a cache line at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Turn(float* from, nint across, int depth, float* to, int width)
    {
        const int line = 16, side = 4;
        var whole = depth - depth % side;
        for (var first = 0; first < whole; first += line)
        {
            var end = Math.Min(first + line, whole);
            for (var i = 0; i < width; i += side)
            {
                var source = from + i * across + first;
                if (Sse.IsSupported)
                    for (var row = 0; row < side; row++) Sse.Prefetch0(source + row * across + 2 * line);
                var target = to + (nint)first * width + i;
                for (var k = first; k < end; k += side, source += side, target += side * width)
                {
                    var (a, b, c, d) = (Vector128.Load(source), Vector128.Load(source + across), Vector128.Load(source + 2 * across), Vector128.Load(source + 3 * across));
                    var (ab, cd) = (Sse.UnpackLow(a, b), Sse.UnpackLow(c, d));
                    Sse.MoveLowToHigh(ab, cd).Store(target);
                    Sse.MoveHighToLow(cd, ab).Store(target + width);
                    (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
                    Sse.MoveLowToHigh(ab, cd).Store(target + 2 * width);
                    Sse.MoveHighToLow(cd, ab).Store(target + 3 * width);
                }
            }
        }
        for (var k = whole; k < depth; k++)
            for (var i = 0; i < width; i++) to[(nint)k * width + i] = from[i * across + k];
    }
}
