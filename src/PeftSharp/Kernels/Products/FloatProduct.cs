using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Products of float32 matrices at the speed of the processor's 512-bit vectors, which libtorch's library does not use on every processor that has them.</summary>
/// <remarks>
/// Blocked as Goto and van de Geijn 2008 ("Anatomy of high-performance matrix multiplication") do: a panel of the right side, packed by all threads, is multiplied with blocks
/// of the left side, which each thread packs for itself so that they stay in its cache.
/// </remarks>
internal static unsafe class FloatProduct
{
    internal const int LeastSize = 48;                             // below that a tile is mostly filled up
    private const int MostDepth = 512, MostColumns = 3072, MostBlock = 128 * 1024;         // half a megabyte of the left side: half of a core's second cache

    /// <summary>Whether this processor and this libtorch have what it is made for. On Intel's processors libtorch's library uses their 512-bit vectors itself.</summary>
    internal static bool IsAvailable { get; } = Vector512.IsHardwareAccelerated && NativeThreads.IsAvailable && !IsIntel();

    /// <summary>Whether it computes a·b: float32 on the processor, large enough, each a matrix of which rows or columns lie in order.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">[depth, columns].</param>
    internal static bool Takes(Tensor a, Tensor b)
    {
        if (!FastPaths.Linear || !IsAvailable || a.dtype != ScalarType.Float32 || b.dtype != ScalarType.Float32) return false;
        if (a.device_type != TorchSharp.DeviceType.CPU || b.device_type != TorchSharp.DeviceType.CPU) return false;
        var (left, right) = (a.shape, b.shape);
        return left.Length == 2 && right.Length == 2 && left[1] == right[0] && left[0] is >= LeastSize and < int.MaxValue && left[1] is >= LeastSize and < int.MaxValue
            && right[1] is >= LeastSize and < int.MaxValue && a.stride().Contains(1) && b.stride().Contains(1);
    }

    /// <summary>a·b + start.</summary>
    /// <param name="a">Float32 [rows, depth]; <see cref="Takes"/> them.</param>
    /// <param name="b">Float32 [depth, columns].</param>
    /// <param name="start">Added to each row, float32 [columns]; null: nothing.</param>
    /// <returns>Float32 [rows, columns].</returns>
    internal static Tensor Of(Tensor a, Tensor b, Tensor? start = null)
    {
        var result = empty([a.shape[0], b.shape[1]], ScalarType.Float32);
        Into(result, a, b, start, adds: false);
        return result;
    }

    /// <summary>c = a·b + start, or c += a·b.</summary>
    /// <param name="c">Float32 [rows, columns] with its rows in order.</param>
    /// <param name="a">As for <see cref="Of"/>.</param>
    /// <param name="b">As for <see cref="Of"/>.</param>
    /// <param name="start">As for <see cref="Of"/>.</param>
    /// <param name="adds">Whether the product is added to what is there.</param>
    internal static void Into(Tensor c, Tensor a, Tensor b, Tensor? start, bool adds)
    {
        var (left, right) = (a.stride(), b.stride());
        var call = new Call
        {
            A = (float*)TensorMemory.Pointer(a), ARow = (nint)left[0], ADepth = (nint)left[1],
            B = (float*)TensorMemory.Pointer(b), BDepth = (nint)right[0], BColumn = (nint)right[1],
            C = (float*)TensorMemory.Pointer(c), CRow = (nint)c.stride()[0], Rows = (int)a.shape[0],
        };
        var (depths, columns) = ((int)a.shape[1], (int)b.shape[1]);
        var (depth, width) = (Share(depths, MostDepth, 1), Share(columns, MostColumns, ProductTile.Columns));
        call.PackedB = VectorMemory.Allocate((nint)depth * width);
        call.Start = start is null ? null : VectorMemory.Allocate(columns + ProductTile.Columns);
        if (start is not null)
        {
            using var straight = start.contiguous();
            new Span<float>((void*)TensorMemory.Pointer(straight), columns).CopyTo(new Span<float>(call.Start, columns));
        }
        for (call.Column = 0; call.Column < columns; call.Column += width)
        {
            call.Columns = Math.Min(width, columns - call.Column);
            for (call.First = 0; call.First < depths; call.First += depth)
            {
                (call.Depth, call.Adds) = (Math.Min(depth, depths - call.First), adds || call.First > 0);
                NativeThreads.For(Tiles(call.Columns, ProductTile.Columns), 1, ref call, &PackRight);
                NativeThreads.For(Tiles(call.Rows, ProductTile.Rows), 1, ref call, &Multiply);
            }
        }
        VectorMemory.Free(call.PackedB);
        VectorMemory.Free(call.Start);
    }

    private static bool IsIntel() => X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == 0x756e6547;        // "Genu" of GenuineIntel

    /// <summary>Parts of about the same size, none above the greatest.</summary>
    private static int Share(int all, int greatest, int grain)
    {
        var parts = (all + greatest - 1) / greatest;
        return Tiles((all + parts - 1) / parts, grain) * grain;
    }

    internal static int Tiles(int all, int size) => (all + size - 1) / size;

    private static void PackRight(void* arguments, int from, int to)
    {
        var p = (Call*)arguments;
        var column = from * ProductTile.Columns;
        ProductPacking.Pack(p->B + p->First * p->BDepth + (p->Column + column) * p->BColumn, p->BColumn, p->BDepth, Math.Min(to * ProductTile.Columns, p->Columns) - column, p->Depth,
            p->PackedB + (nint)column * p->Depth, ProductTile.Columns);
    }

    private static void Multiply(void* arguments, int from, int to)
    {
        var p = (Call*)arguments;
        var most = Math.Max(1, MostBlock / (ProductTile.Rows * p->Depth));
        var parts = Tiles(to - from, most);
        var packedA = VectorMemory.Allocate((nint)(Tiles(to - from, parts) * ProductTile.Rows) * p->Depth);
        for (var part = 0; part < parts; part++)
        {
            var (first, end) = (from + (int)((long)(to - from) * part / parts), from + (int)((long)(to - from) * (part + 1) / parts));
            var above = first * ProductTile.Rows;
            ProductPacking.Pack(p->A + above * p->ARow + p->First * p->ADepth, p->ARow, p->ADepth, Math.Min(end * ProductTile.Rows, p->Rows) - above, p->Depth, packedA, ProductTile.Rows);
            for (var column = 0; column < p->Columns; column += ProductTile.Columns)
            {
                var right = p->PackedB + (nint)column * p->Depth;
                var start = p->Start is null || p->First > 0 ? null : p->Start + p->Column + column;
                for (var strip = first; strip < end; strip++)
                {
                    var left = packedA + (nint)(strip - first) * ProductTile.Rows * p->Depth;
                    var (row, rows, columns) = (strip * ProductTile.Rows, Math.Min(ProductTile.Rows, p->Rows - strip * ProductTile.Rows), Math.Min(ProductTile.Columns, p->Columns - column));
                    var c = p->C + row * p->CRow + p->Column + column;
                    ProductTile.Multiply(left, right, p->Depth, c, p->CRow, rows, columns, start, p->Adds);
                }
            }
        }
        VectorMemory.Free(packedA);
    }

    private struct Call
    {
        internal float* A, B, C, PackedB, Start;
        internal nint ARow, ADepth, BDepth, BColumn, CRow;
        internal int Rows, Columns, Depth, Column, First;
        internal bool Adds;
    }
}
