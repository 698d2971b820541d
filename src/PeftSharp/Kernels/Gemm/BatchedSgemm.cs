using System.Diagnostics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Computes many small float32 matrix products, one for each head of each batch row. Each product is computed by one thread, with
/// <see cref="SgemmMicroKernel"/>; operands may be strided.</summary>
internal static unsafe class BatchedSgemm
{
    private const int MinSize = 32;
    private const int MaxValues = 1 << 18;                         // a packed right operand of a megabyte stays in the cache

    /// <summary>The part of a matrix product that is not needed under a causal mask. Under such a mask, a query attends to its own token
    /// and to preceding tokens.</summary>
    internal enum Triangle
    {
        /// <summary>The whole product is computed.</summary>
        None,

        /// <summary>The result is lower triangular (causal scores): elements above the diagonal are not written, except inside tiles that
        /// the diagonal crosses.</summary>
        LowerResult,

        /// <summary>The left operand is lower triangular: its elements above the diagonal are 0 and are skipped.</summary>
        LowerLeft,

        /// <summary>The left operand is upper triangular: its elements below the diagonal are 0 and are skipped.</summary>
        UpperLeft,
    }

    /// <summary>
    /// Whether this kernel supports the products of an attention layer: scores and weighted values, forward and backward.
    /// </summary>
    /// <param name="query">[batch, heads, queries, width].</param>
    /// <param name="key">[batch, heads, tokens, width].</param>
    /// <param name="value">[batch, heads, tokens, width].</param>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value)
    {
        if (!FastPaths.Linear || !Sgemm.IsAvailable || query.device_type != TorchSharp.DeviceType.CPU
            || query.dtype != ScalarType.Float32 || key.dtype != ScalarType.Float32 || value.dtype != ScalarType.Float32)
            return false;
        var (left, right) = (query.shape, key.shape);
        return right.AsSpan().SequenceEqual(value.shape) && left[0] == right[0] && left[1] == right[1]
            && Math.Min(Math.Min(left[2], right[2]), right[3]) >= MinSize
            && Math.Max(left[2], right[2]) * right[3] <= MaxValues;
    }

    /// <summary>Whether this kernel supports a·b.</summary>
    /// <param name="a">[batch, heads, rows, depth].</param>
    /// <param name="b">[batch, heads, depth, columns].</param>
    internal static bool CanMultiply(Tensor a, Tensor b) =>
        FastPaths.Linear && Sgemm.IsAvailable && a.device_type == TorchSharp.DeviceType.CPU
        && a.dtype == ScalarType.Float32 && b.dtype == ScalarType.Float32
        && Math.Min(Math.Min(a.size(2), a.size(3)), b.size(3)) >= MinSize && b.size(2) * b.size(3) <= MaxValues
        && (a.stride(2) == 1 || a.stride(3) == 1) && (b.stride(2) == 1 || b.stride(3) == 1);

    /// <summary>c = a·b for each head.</summary>
    /// <param name="c">Float32 [batch, heads, rows, columns] with contiguous rows.</param>
    /// <param name="a">Float32 [batch, heads, rows, depth] with contiguous rows or columns.</param>
    /// <param name="b">Float32 [batch, heads, depth, columns] with contiguous rows or columns.</param>
    /// <param name="triangle">Which part is not needed.</param>
    internal static void MultiplyInto(Tensor c, Tensor a, Tensor b, Triangle triangle)
    {
        var (left, right) = (a.shape, b.shape);
        Debug.Assert(a.dtype == ScalarType.Float32 && b.dtype == ScalarType.Float32 && c.dtype == ScalarType.Float32,
            "All matrices are float32.");
        Debug.Assert(c.size(0) == left[0] && c.size(1) == left[1] && c.size(2) == left[2] && c.size(3) == right[3]
            && right[0] == left[0] && right[1] == left[1] && right[2] == left[3], "The shapes do not match.");
        Debug.Assert((a.stride(2) == 1 || a.stride(3) == 1) && (b.stride(2) == 1 || b.stride(3) == 1) && c.stride(3) == 1,
            "Rows or columns of the operands and rows of the result are contiguous.");
        var call = new Call
        {
            A = StridedView.Of(a), B = StridedView.Of(b).Transposed, C = StridedView.Of(c), Rows = (int)left[2], Depth = (int)left[3],
            Columns = (int)right[3], Triangle = triangle,
        };
        NativeThreads.For((int)(left[0] * left[1]), 1, call.PackedRightSize + PanelPacking.PanelStride(SgemmMicroKernel.MR, call.Depth),
            ref call, &Multiply);
    }

    private static void Multiply(void* arguments, int from, int to, float* packedRight)
    {
        var p = (Call*)arguments;
        var packedLeft = packedRight + p->PackedRightSize;
        for (var head = from; head < to; head++)
        {
            PanelPacking.Pack(
                p->B.Row<float>(head, 0), p->B.RowStride, p->B.ColumnStride, p->Columns, p->Depth, packedRight, SgemmMicroKernel.NR);
            for (var row = 0; row < p->Rows; row += SgemmMicroKernel.MR)
            {
                var rows = Math.Min(SgemmMicroKernel.MR, p->Rows - row);
                var firstDepth = p->Triangle == Triangle.UpperLeft ? Math.Min(row, p->Depth) : 0;
                var depth = (p->Triangle == Triangle.LowerLeft ? Math.Min(row + rows, p->Depth) : p->Depth) - firstDepth;
                var columns = p->Triangle == Triangle.LowerResult ? Math.Min(row + rows, p->Columns) : p->Columns;
                PanelPacking.Pack(p->A.Row<float>(head, row) + firstDepth * p->A.ColumnStride, p->A.RowStride, p->A.ColumnStride, rows,
                    depth, packedLeft, SgemmMicroKernel.MR);
                var panel = packedRight + firstDepth * SgemmMicroKernel.NR;
                var c = p->C.Row<float>(head, row);
                for (var column = 0; column < columns; column += SgemmMicroKernel.NR)
                {
                    SgemmMicroKernel.Run(packedLeft, panel, depth, c + column, p->C.RowStride, rows,
                        Math.Min(SgemmMicroKernel.NR, p->Columns - column), null, accumulates: false);
                    panel += PanelPacking.PanelStride(SgemmMicroKernel.NR, p->Depth);
                }
            }
        }
    }

    private struct Call
    {
        /// <summary>
        /// A [rows, depth], B transposed [columns, depth] so that a packed panel is read from consecutive rows, and the result C [rows,
        /// columns].
        /// </summary>
        internal StridedView A, B, C;

        internal int Rows, Depth, Columns;
        internal Triangle Triangle;

        /// <summary>Size of a head's packed right operand, in float32 values.</summary>
        internal readonly nint PackedRightSize =>
            Sgemm.DivideRoundingUp(Columns, SgemmMicroKernel.NR) * PanelPacking.PanelStride(SgemmMicroKernel.NR, Depth);
    }
}
