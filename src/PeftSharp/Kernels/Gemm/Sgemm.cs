using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Products of float32 matrices at the speed of the processor's 512-bit vectors, which libtorch's library does not use on every processor that has them.</summary>
/// <remarks>
/// Blocked after Goto and van de Geijn 2008 ("Anatomy of high-performance matrix multiplication"): the smaller side is packed by all threads for all; of the larger each thread packs strips
/// of its own, which stay in its cache while all of the other side passes by. So the larger side is read once, and its packed copy never leaves the core.
/// </remarks>
internal static unsafe class Sgemm
{
    private const int LeastSide = 48;                              // below that a tile is mostly filled up
    private const long LeastResult = 1 << 15, LeastWork = 1 << 24; // below that libtorch's library, which starts faster, is done earlier
    private const int MostDepth = 512;
    private const int MostOwn = 128 * 1024;                        // half a megabyte: half of a core's second cache
    private const int MostShared = 1 << 20;                        // four megabytes, in the third

    /// <summary>Whether this processor and this libtorch have what it is made for. On Intel's processors libtorch's library uses their 512-bit vectors itself.</summary>
    internal static bool IsAvailable { get; } = Vector512.IsHardwareAccelerated && NativeThreads.IsAvailable && !IsIntel();

    /// <summary>Whether it computes a·b: float32 on the processor, large enough, each a matrix of which rows or columns lie in order.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">[depth, columns].</param>
    internal static bool CanRun(Tensor a, Tensor b)
    {
        if (!FastPaths.Linear || !IsAvailable || a.dtype != ScalarType.Float32 || b.dtype != ScalarType.Float32) return false;
        if (a.device_type != TorchSharp.DeviceType.CPU || b.device_type != TorchSharp.DeviceType.CPU) return false;
        var (left, right) = (a.shape, b.shape);
        return left.Length == 2 && right.Length == 2 && left[1] == right[0] && IsWorthwhile(left[0], left[1], right[1]) && a.stride().Contains(1) && b.stride().Contains(1);
    }

    /// <summary>Whether a product of this size is large enough to be faster here, and not too large to be counted.</summary>
    internal static bool IsWorthwhile(long rows, long depth, long columns) =>
        Math.Min(Math.Min(rows, depth), columns) >= LeastSide && Math.Max(Math.Max(rows, depth), columns) < int.MaxValue && rows * columns >= LeastResult && rows * columns * (double)depth >= LeastWork;

    /// <summary>a·b + start.</summary>
    /// <param name="a">Float32 [rows, depth]; <see cref="CanRun"/> them.</param>
    /// <param name="b">Float32 [depth, columns].</param>
    /// <param name="start">Added to each row, float32 [columns]; null: nothing.</param>
    /// <returns>Float32 [rows, columns].</returns>
    internal static Tensor Multiply(Tensor a, Tensor b, Tensor? start = null)
    {
        var result = empty([a.shape[0], b.shape[1]], ScalarType.Float32);
        MultiplyInto(result, a, b, start, adds: false);
        return result;
    }

    /// <summary>c = a·b + start, or c += a·b.</summary>
    /// <param name="c">Float32 [rows, columns] with its rows in order.</param>
    /// <param name="a">As for <see cref="Multiply(Tensor, Tensor, Tensor?)"/>.</param>
    /// <param name="b">As for <see cref="Multiply(Tensor, Tensor, Tensor?)"/>.</param>
    /// <param name="start">As for <see cref="Multiply(Tensor, Tensor, Tensor?)"/>.</param>
    /// <param name="adds">Whether the product is added to what is there.</param>
    internal static void MultiplyInto(Tensor c, Tensor a, Tensor b, Tensor? start, bool adds)
    {
        Debug.Assert(a.dtype == ScalarType.Float32 && b.dtype == ScalarType.Float32 && c.dtype == ScalarType.Float32, "Float32 only.");
        Debug.Assert(a.size(1) == b.size(0) && c.size(0) == a.size(0) && c.size(1) == b.size(1), "The shapes do not fit.");
        Debug.Assert((a.stride(0) == 1 || a.stride(1) == 1) && (b.stride(0) == 1 || b.stride(1) == 1) && c.stride(1) == 1, "Rows or columns of the operands and rows of the result are contiguous.");
        Debug.Assert(start is null || (start.numel() == b.size(1) && start.dtype == ScalarType.Float32), "One start value per column.");
        var (depths, columns) = ((int)a.shape[1], (int)b.shape[1]);
        var (left, right) = (Side.Of(a, 0, SgemmMicroKernel.Rows), Side.Of(b, 1, SgemmMicroKernel.Columns));
        var call = new Call { C = (float*)TensorMemory.Pointer(c), CRow = (nint)c.stride()[0], IsLeftShared = left.Count <= right.Count };
        (call.Shared, call.Own) = call.IsLeftShared ? (left, right) : (right, left);
        var depth = Share(depths, MostDepth, 1);
        var width = Share(call.Shared.Count, Math.Max(call.Shared.Width, MostShared / depth), call.Shared.Width);
        var room = width / call.Shared.Width * call.Shared.Strip(depth);
        call.Packed = Scratch.OfCall(room + (start is null ? 0 : columns + SgemmMicroKernel.Columns));
        call.Start = start is null ? null : call.Packed + room;
        if (start is not null)
        {
            using var straight = start.contiguous();
            new Span<float>((void*)TensorMemory.Pointer(straight), columns).CopyTo(new Span<float>(call.Start, columns));
        }
        for (call.From = 0; call.From < call.Shared.Count; call.From = call.To)
        {
            call.To = Math.Min(call.From + width, call.Shared.Count);
            for (call.First = 0; call.First < depths; call.First += depth)
            {
                (call.Depth, call.Adds) = (Math.Min(depth, depths - call.First), adds || call.First > 0);
                NativeThreads.For(Tiles(call.To - call.From, call.Shared.Width), 1, ref call, &PackShared);
                var strips = Tiles(call.Own.Count, call.Own.Width);
                call.StripsAtOnce = Math.Clamp(MostOwn / (call.Own.Width * call.Depth), 1, strips);
                NativeThreads.For(strips, 1, call.StripsAtOnce * call.Own.Strip(call.Depth), ref call, &Multiply);
            }
        }
    }

    private static bool IsIntel() => X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == 0x756e6547;        // "Genu" of GenuineIntel

    /// <summary>Parts of about the same size, none above the greatest.</summary>
    private static int Share(int all, int greatest, int grain)
    {
        var parts = (all + greatest - 1) / greatest;
        return Tiles((all + parts - 1) / parts, grain) * grain;
    }

    internal static int Tiles(int all, int size) => (all + size - 1) / size;

    private static void PackShared(void* arguments, int from, int to)
    {
        var p = (Call*)arguments;
        var first = from * p->Shared.Width;
        p->Shared.Pack(p->From + first, Math.Min(p->From + to * p->Shared.Width, p->To), p->First, p->Depth, p->Packed + from * p->Shared.Strip(p->Depth));
    }

    private static void Multiply(void* arguments, int from, int to, float* packed)
    {
        var p = (Call*)arguments;
        var (own, shared) = (p->Own, p->Shared);
        var (atOnce, ofOwn, ofShared) = (p->StripsAtOnce * own.Width, own.Strip(p->Depth), shared.Strip(p->Depth));
        var last = Math.Min(to * own.Width, own.Count);
        for (var first = from * own.Width; first < last; first += atOnce)
        {
            var end = Math.Min(first + atOnce, last);
            own.Pack(first, end, p->First, p->Depth, packed);
            var other = p->Packed;
            for (var across = p->From; across < p->To; across += shared.Width, other += ofShared)
            {
                var mine = packed;
                for (var strip = first; strip < end; strip += own.Width, mine += ofOwn)
                {
                    if (p->IsLeftShared) p->Tile(other, mine, across, p->To, strip, end);
                    else p->Tile(mine, other, strip, end, across, p->To);
                }
            }
        }
    }

    /// <summary>A matrix as strips across the depth: of rows on the left, of columns on the right.</summary>
    private struct Side
    {
        internal int Count, Width;
        private float* _first;
        private nint _across, _along;

        internal static Side Of(Tensor matrix, int axis, int width)
        {
            var strides = matrix.stride();
            return new Side { _first = (float*)TensorMemory.Pointer(matrix), _across = (nint)strides[axis], _along = (nint)strides[1 - axis], Count = (int)matrix.shape[axis], Width = width };
        }

        internal readonly nint Strip(int depth) => PanelPacking.Strip(Width, depth);

        internal readonly void Pack(int from, int to, int first, int depth, float* packed) => PanelPacking.Pack(_first + from * _across + first * _along, _across, _along, to - from, depth, packed, Width);
    }

    private struct Call
    {
        internal Side Shared, Own;
        internal bool IsLeftShared, Adds;
        internal float* C, Packed, Start;
        internal nint CRow;
        internal int From, To, First, Depth, StripsAtOnce;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void Tile(float* left, float* right, int row, int lastRow, int column, int lastColumn) =>
            SgemmMicroKernel.Multiply(left, right, Depth, C + row * CRow + column, CRow, Math.Min(SgemmMicroKernel.Rows, lastRow - row), Math.Min(SgemmMicroKernel.Columns, lastColumn - column),
                Start is null || First > 0 ? null : Start + column, Adds);
    }
}
