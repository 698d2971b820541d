using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>
/// Matrix products in float32 (single-precision GEMM) with 512-bit vectors, which libtorch's BLAS library does not use on all processors
/// that have them.
/// </summary>
/// <remarks>
/// Blocked after Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication". All threads together pack a block of
/// the smaller operand and share it (L3). Each thread packs panels of the larger operand for itself; they stay in its L2 cache while they
/// are multiplied by the whole shared block. So the larger operand is read once, and its packed copy stays in the cache of one core.
/// </remarks>
internal static unsafe class Sgemm
{
    private const int MinSize = 48;                                // for smaller sizes most of a tile is padding
    private const long MinResults = 1 << 15, MinProducts = 1 << 24; // libtorch is faster for smaller products
    private const int MaxDepth = 512;                              // depth of a block
    private const int MaxLocalValues = 128 * 1024;                 // half a megabyte: half of a core's L2
    private const int MaxSharedValues = 1 << 20;                   // four megabytes, in L3

    /// <summary>
    /// Whether this processor and this libtorch are supported. On Intel processors, libtorch's BLAS library uses 512-bit vectors itself.
    /// </summary>
    internal static bool IsAvailable { get; } = Vector512.IsHardwareAccelerated && NativeThreads.IsAvailable && !IsIntel();

    /// <summary>Whether this kernel supports a·b: float32 on the CPU, large enough, each operand with contiguous rows or columns.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">[depth, columns].</param>
    internal static bool CanRun(Tensor a, Tensor b)
    {
        if (!FastPaths.Linear || !IsAvailable || a.dtype != ScalarType.Float32 || b.dtype != ScalarType.Float32) return false;
        if (a.device_type != TorchSharp.DeviceType.CPU || b.device_type != TorchSharp.DeviceType.CPU) return false;
        var (left, right) = (a.shape, b.shape);
        return left.Length == 2 && right.Length == 2 && left[1] == right[0] && IsWorthwhile(left[0], left[1], right[1])
            && a.stride().Contains(1) && b.stride().Contains(1);
    }

    /// <summary>
    /// Whether a product of this size is faster with this kernel than with libtorch, and small enough for 32-bit indices.
    /// </summary>
    internal static bool IsWorthwhile(long rows, long depth, long columns) =>
        Math.Min(Math.Min(rows, depth), columns) >= MinSize && Math.Max(Math.Max(rows, depth), columns) < int.MaxValue
        && rows * columns >= MinResults && rows * columns * (double)depth >= MinProducts;

    /// <summary>a·b + bias.</summary>
    /// <param name="a">Float32 [rows, depth]; <see cref="CanRun"/> must be true for both operands.</param>
    /// <param name="b">Float32 [depth, columns].</param>
    /// <param name="bias">Added to each row, float32 [columns], or null.</param>
    /// <returns>Float32 [rows, columns], contiguous.</returns>
    internal static Tensor Multiply(Tensor a, Tensor b, Tensor? bias = null)
    {
        var result = empty([a.shape[0], b.shape[1]], ScalarType.Float32);
        MultiplyInto(result, a, b, bias, accumulates: false);
        return result;
    }

    /// <summary>c = a·b + bias, or c += a·b.</summary>
    /// <param name="c">Float32 [rows, columns] with contiguous rows.</param>
    /// <param name="a">Float32 [rows, depth]; <see cref="CanRun"/> must be true for both operands.</param>
    /// <param name="b">Float32 [depth, columns].</param>
    /// <param name="bias">Added to each row, float32 [columns], or null.</param>
    /// <param name="accumulates">Whether the product is added to <paramref name="c"/> instead of replacing it.</param>
    internal static void MultiplyInto(Tensor c, Tensor a, Tensor b, Tensor? bias, bool accumulates)
    {
        Debug.Assert(a.dtype == ScalarType.Float32 && b.dtype == ScalarType.Float32 && c.dtype == ScalarType.Float32,
            "All matrices are float32.");
        Debug.Assert(a.size(1) == b.size(0) && c.size(0) == a.size(0) && c.size(1) == b.size(1), "The shapes do not match.");
        Debug.Assert((a.stride(0) == 1 || a.stride(1) == 1) && (b.stride(0) == 1 || b.stride(1) == 1) && c.stride(1) == 1,
            "Rows or columns of the operands and rows of the result are contiguous.");
        Debug.Assert(bias is null || (bias.numel() == b.size(1) && bias.dtype == ScalarType.Float32), "One bias per column.");
        var (totalDepth, columns) = ((int)a.shape[1], (int)b.shape[1]);
        var left = new Operand { Panels = StridedView.Of(a), Count = (int)a.shape[0], Width = SgemmMicroKernel.MR };
        var right = new Operand { Panels = StridedView.Of(b).Transposed, Count = columns, Width = SgemmMicroKernel.NR };
        var call = new Call { C = StridedView.Of(c), IsLeftShared = left.Count <= right.Count };
        (call.Shared, call.Local) = call.IsLeftShared ? (left, right) : (right, left);
        var depth = BlockSize(totalDepth, MaxDepth, 1);
        var width = BlockSize(call.Shared.Count, Math.Max(call.Shared.Width, MaxSharedValues / depth), call.Shared.Width);
        var packedSize = width / call.Shared.Width * call.Shared.PanelStride(depth);
        call.Packed = Scratch.OfCall(packedSize + (bias is null ? 0 : columns + SgemmMicroKernel.NR));
        if (bias is not null)
        {
            using var contiguous = bias.contiguous();
            call.Bias = call.Packed + packedSize;                  // a copy, because the micro-kernel reads whole tiles of it
            new Span<float>(TensorMemory.Pointer(contiguous), columns).CopyTo(new Span<float>(call.Bias, columns));
        }
        for (call.From = 0; call.From < call.Shared.Count; call.From = call.To)
        {
            call.To = Math.Min(call.From + width, call.Shared.Count);
            for (call.FirstDepth = 0; call.FirstDepth < totalDepth; call.FirstDepth += depth)
            {
                (call.Depth, call.Accumulates) = (Math.Min(depth, totalDepth - call.FirstDepth), accumulates || call.FirstDepth > 0);
                NativeThreads.For(DivideRoundingUp(call.To - call.From, call.Shared.Width), 1, ref call, &PackShared);
                var panels = DivideRoundingUp(call.Local.Count, call.Local.Width);
                call.LocalPanels = Math.Clamp(MaxLocalValues / (call.Local.Width * call.Depth), 1, panels);
                NativeThreads.For(panels, 1, call.LocalPanels * call.Local.PanelStride(call.Depth), ref call, &MultiplyPanels);
            }
        }
    }

    private static bool IsIntel() => X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == 0x756e6547;        // "Genu" of GenuineIntel

    /// <summary>Divides <paramref name="total"/> into blocks of about the same size, at most <paramref name="max"/> and a multiple of
    /// <paramref name="multiple"/>.</summary>
    private static int BlockSize(int total, int max, int multiple)
    {
        var blocks = DivideRoundingUp(total, max);
        return DivideRoundingUp(DivideRoundingUp(total, blocks), multiple) * multiple;
    }

    internal static int DivideRoundingUp(int total, int size) => (total + size - 1) / size;

    private static void PackShared(void* arguments, int from, int to)
    {
        var p = (Call*)arguments;
        var (first, end) = (p->From + from * p->Shared.Width, Math.Min(p->From + to * p->Shared.Width, p->To));
        p->Shared.Pack(first, end, p->FirstDepth, p->Depth, p->Packed + from * p->Shared.PanelStride(p->Depth));
    }

    /// <summary>Packs a thread's panels of the local operand, as many as fit into L2 at once, and multiplies them by all panels of the
    /// shared block.</summary>
    private static void MultiplyPanels(void* arguments, int from, int to, float* packed)
    {
        var p = (Call*)arguments;
        var (local, shared) = (p->Local, p->Shared);
        var (blockWidth, localStride, sharedStride) = (p->LocalPanels * local.Width, local.PanelStride(p->Depth),
            shared.PanelStride(p->Depth));
        var last = Math.Min(to * local.Width, local.Count);
        for (var first = from * local.Width; first < last; first += blockWidth)
        {
            var end = Math.Min(first + blockWidth, last);
            local.Pack(first, end, p->FirstDepth, p->Depth, packed);
            var sharedPanel = p->Packed;
            for (var j = p->From; j < p->To; j += shared.Width, sharedPanel += sharedStride)
            {
                var localPanel = packed;
                for (var i = first; i < end; i += local.Width, localPanel += localStride)
                {
                    if (p->IsLeftShared) p->MultiplyTile(sharedPanel, localPanel, j, p->To, i, end);
                    else p->MultiplyTile(localPanel, sharedPanel, i, end, j, p->To);
                }
            }
        }
    }

    /// <summary>An operand and the width of its panels.</summary>
    private struct Operand
    {
        /// <summary>The operand with the side that is divided into panels as its rows and the depth as its columns.</summary>
        internal StridedView Panels;

        /// <summary>Rows of the left operand or columns of the right one.</summary>
        internal int Count;

        internal int Width;

        internal readonly nint PanelStride(int depth) => PanelPacking.PanelStride(Width, depth);

        internal readonly void Pack(int from, int to, int firstDepth, int depth, float* packed) =>
            PanelPacking.Pack(Panels.Row<float>(0, from) + firstDepth * Panels.ColumnStride, Panels.RowStride, Panels.ColumnStride,
                to - from, depth, packed, Width);
    }

    private struct Call
    {
        internal Operand Shared, Local;
        internal StridedView C;
        internal bool IsLeftShared, Accumulates;
        internal float* Packed, Bias;
        internal int From, To, FirstDepth, Depth, LocalPanels;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void MultiplyTile(float* left, float* right, int row, int endRow, int column, int endColumn) =>
            SgemmMicroKernel.Run(left, right, Depth, C.Row<float>(0, row) + column, C.RowStride,
                Math.Min(SgemmMicroKernel.MR, endRow - row), Math.Min(SgemmMicroKernel.NR, endColumn - column),
                Bias is null || FirstDepth > 0 ? null : Bias + column, Accumulates);
    }
}
