using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>Packs matrices into panels, the order in which <see cref="SgemmMicroKernel"/> reads them: [panels, depth, width], padded with
/// zeros.</summary>
/// <remarks>The left operand is divided into panels of rows, the right one into panels of columns. Both are described by the address of
/// the first element and two strides, so transposed operands are not a special case.</remarks>
internal static unsafe class PanelPacking
{
    private const int PanelsAtOnce = 8;
    private const int Line = 16;                                   // float32 values of a cache line

    /// <summary>
    /// Distance from one panel to the next, in float32 values: the length of a panel and one cache line, because panels that are whole
    /// pages apart would compete for the same sets of the cache.
    /// </summary>
    internal static nint PanelStride(int width, int depth) => ((nint)width * depth + Line - 1) / Line * Line + Line;

    /// <summary>Packs consecutive panels.</summary>
    /// <param name="from">Element (0, 0) of the first panel.</param>
    /// <param name="rowStride">Elements from one row of a panel to the next (for the right operand: from one column to the next). Either
    /// this stride or <paramref name="depthStride"/> is 1.</param>
    /// <param name="depthStride">Elements from one depth to the next.</param>
    /// <param name="count">Rows of all panels together; the last panel is padded with zeros.</param>
    /// <param name="depth">Depth of the panels.</param>
    /// <param name="to">Receives [panels, depth, width], with <see cref="PanelStride"/> values from panel to panel.</param>
    /// <param name="width">Rows of a panel, a multiple of four.</param>
    internal static void Pack(float* from, nint rowStride, nint depthStride, int count, int depth, float* to, int width)
    {
        Debug.Assert(width % 4 == 0 && count >= 0 && depth >= 0, "Panels are whole vectors of four.");
        var (panel, panelStride) = (0, PanelStride(width, depth));
        for (int panels; count - panel * width >= width; panel += panels)
        {
            panels = rowStride == 1 ? Math.Min(PanelsAtOnce, count / width - panel) : 1;
            var source = from + panel * width * rowStride;
            var target = to + panel * panelStride;
            if (rowStride == 1) Copy(source, depthStride, depth, target, width, panels, panelStride);
            else if (depthStride == 1 && Sse.IsSupported) Transpose(source, rowStride, depth, target, width);
            else Gather(source, rowStride, depthStride, width, depth, target, width);
        }
        if (panel * width < count)
            Gather(from + panel * width * rowStride, rowStride, depthStride, count - panel * width, depth, to + panel * panelStride, width);
    }

    private static void Gather(float* from, nint rowStride, nint depthStride, int count, int depth, float* to, int width)
    {
        for (var k = 0; k < depth; k++, from += depthStride, to += width)
            for (var i = 0; i < width; i++) to[i] = i < count ? from[i * rowStride] : 0;
    }

    /// <summary>Copies several panels whose rows are adjacent in memory. Each depth is in a different page than the previous one, so it
    /// is prefetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Copy(float* from, nint depthStride, int depth, float* to, int width, int panels, nint panelStride)
    {
        const int ahead = 8;
        for (var k = 0; k < depth; k++, from += depthStride, to += width)
        {
            if (Sse.IsSupported)
                for (var i = 0; i < panels * width; i += Line) Sse.Prefetch0(from + ahead * depthStride + i);    // no effect beyond the end
            for (var panel = 0; panel < panels; panel++)
            {
                var source = from + panel * width;
                var target = to + panel * panelStride;
                for (var i = 0; i < width; i += Vector128<float>.Count) Vector128.Load(source + i).Store(target + i);
            }
        }
    }

    /// <summary>Packs one panel whose depth is contiguous: transposes blocks of 4 x 4 elements, and completes one cache line of every row
    /// before the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transpose(float* from, nint rowStride, int depth, float* to, int width)
    {
        const int side = 4;
        var whole = depth - depth % side;
        for (var first = 0; first < whole; first += Line)
        {
            var end = Math.Min(first + Line, whole);
            for (var i = 0; i < width; i += side)
            {
                var source = from + i * rowStride + first;
                if (Sse.IsSupported)
                    for (var row = 0; row < side; row++) Sse.Prefetch0(source + row * rowStride + 2 * Line);
                var target = to + (nint)first * width + i;
                for (var k = first; k < end; k += side, source += side, target += side * width)
                {
                    var (a, b, c, d) = (Vector128.Load(source), Vector128.Load(source + rowStride), Vector128.Load(source + 2 * rowStride),
                        Vector128.Load(source + 3 * rowStride));
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
            for (var i = 0; i < width; i++) to[(nint)k * width + i] = from[i * rowStride + k];
    }
}
