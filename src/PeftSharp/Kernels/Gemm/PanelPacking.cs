using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>Pieces of matrices in the order in which <see cref="SgemmMicroKernel"/> reads them: strips of a few rows (or columns), number by number of the depth, filled up with zeros.</summary>
internal static unsafe class PanelPacking
{
    private const int StripsAtOnce = 8, Line = 16;

    /// <summary>Numbers from a strip to the next. A line more than they are, for strips that lie whole pages apart would be written into the same few places of the cache.</summary>
    internal static nint Strip(int width, int depth) => ((nint)width * depth + Line - 1) / Line * Line + Line;

    /// <summary>Strips that lie one after another.</summary>
    /// <param name="from">Number (0, 0) of the first strip.</param>
    /// <param name="across">From a row of a strip (a column, for the right side) to the next; 1 or else <paramref name="along"/> is.</param>
    /// <param name="along">From a number of the depth to the next.</param>
    /// <param name="count">Rows that there are of all strips; what is missing of the last is filled with zeros.</param>
    /// <param name="depth">How deep the piece is.</param>
    /// <param name="to">[strips, depth, width], strips as far apart as <see cref="Strip"/> says.</param>
    /// <param name="width">Rows of a strip; a multiple of four.</param>
    internal static void Pack(float* from, nint across, nint along, int count, int depth, float* to, int width)
    {
        Debug.Assert(width % 4 == 0 && count >= 0 && depth >= 0, "Strips are whole vectors of four.");
        var (strip, apart) = (0, Strip(width, depth));
        for (int strips; count - strip * width >= width; strip += strips)
        {
            strips = across == 1 ? Math.Min(StripsAtOnce, count / width - strip) : 1;
            var (first, target) = ((nint)(from + strip * width * across), (nint)(to + strip * apart));
            if (across == 1) CopyRows((float*)first, along, depth, (float*)target, width, strips, apart);
            else if (along == 1 && Sse.IsSupported) Turn((float*)first, across, depth, (float*)target, width);
            else Gather((float*)first, across, along, width, depth, (float*)target, width);
        }
        if (strip * width < count) Gather(from + strip * width * across, across, along, count - strip * width, depth, to + strip * apart, width);
    }

    private static void Gather(float* from, nint across, nint along, int count, int depth, float* to, int width)
    {
        for (var k = 0; k < depth; k++, from += along, to += width)
            for (var i = 0; i < width; i++) to[i] = i < count ? from[i * across] : 0;
    }

    /// <summary>Each number of the depth is a row of several strips, in another page than the one before: asked for ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void CopyRows(float* from, nint along, int depth, float* to, int width, int strips, nint apart)
    {
        const int ahead = 8;
        for (var k = 0; k < depth; k++, from += along, to += width)
        {
            if (Sse.IsSupported)
                for (var i = 0; i < strips * width; i += Line) Sse.Prefetch0(from + ahead * along + i);                // beyond the end it does nothing
            for (var strip = 0; strip < strips; strip++)
            {
                var (source, target) = ((nint)(from + strip * width), (nint)(to + strip * apart));
                for (var i = 0; i < width; i += Vector128<float>.Count) Vector128.Load((float*)source + i).Store((float*)target + i);
            }
        }
    }

    /// <summary>Four by four numbers at a time; of each row a cache line at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Turn(float* from, nint across, int depth, float* to, int width)
    {
        const int side = 4;
        var whole = depth - depth % side;
        for (var first = 0; first < whole; first += Line)
        {
            var end = Math.Min(first + Line, whole);
            for (var i = 0; i < width; i += side)
            {
                var source = from + i * across + first;
                if (Sse.IsSupported)
                    for (var row = 0; row < side; row++) Sse.Prefetch0(source + row * across + 2 * Line);
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
