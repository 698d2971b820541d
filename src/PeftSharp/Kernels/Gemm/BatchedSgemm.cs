using System.Diagnostics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Products of many small float32 matrices, one for each head of each text: each is a single thread's, by <see cref="SgemmMicroKernel"/>, whatever the order in memory.</summary>
internal static unsafe class BatchedSgemm
{
    private const int LeastSize = 32, MostNumbers = 1 << 18;                     // a packed right side of a megabyte stays near

    /// <summary>What of a product under a causal mask is not needed: a token sees itself and those before it.</summary>
    internal enum Triangle
    {
        /// <summary>All is needed.</summary>
        None,

        /// <summary>Of the result, what is right of the diagonal; it is left as it was, but for the rest of a tile.</summary>
        Result,

        /// <summary>Of the left side, what is right of the diagonal; it is 0.</summary>
        Left,

        /// <summary>Of the left side, what is below the diagonal; it is 0.</summary>
        LeftTurned,
    }

    /// <summary>Whether it computes the products of an attention: scores and mixture, forward and backward.</summary>
    /// <param name="query">[batch, heads, queries, width].</param>
    /// <param name="key">[batch, heads, tokens, width].</param>
    /// <param name="value">[batch, heads, tokens, width].</param>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value)
    {
        if (!FastPaths.Linear || !Sgemm.IsAvailable || query.device_type != TorchSharp.DeviceType.CPU || query.dtype != ScalarType.Float32 || key.dtype != ScalarType.Float32 || value.dtype != ScalarType.Float32) return false;
        var (left, right) = (query.shape, key.shape);
        return right.AsSpan().SequenceEqual(value.shape) && left[0] == right[0] && left[1] == right[1] && Math.Min(Math.Min(left[2], right[2]), right[3]) >= LeastSize
            && Math.Max(left[2], right[2]) * right[3] <= MostNumbers;
    }

    /// <summary>c = a·b for each head.</summary>
    /// <param name="c">Float32 [batch, heads, rows, columns] with its rows in order.</param>
    /// <param name="a">Float32 [batch, heads, rows, depth], with rows or columns in order.</param>
    /// <param name="b">Float32 [batch, heads, depth, columns], with rows or columns in order.</param>
    /// <param name="triangle">What of it is not needed.</param>
    internal static void MultiplyInto(Tensor c, Tensor a, Tensor b, Triangle triangle)
    {
        var (left, right) = (a.shape, b.shape);
        Debug.Assert(a.dtype == ScalarType.Float32 && b.dtype == ScalarType.Float32 && c.dtype == ScalarType.Float32, "Float32 only.");
        Debug.Assert(c.size(0) == left[0] && c.size(1) == left[1] && c.size(2) == left[2] && c.size(3) == right[3] && right[0] == left[0] && right[1] == left[1] && right[2] == left[3], "The shapes do not fit.");
        Debug.Assert((a.stride(2) == 1 || a.stride(3) == 1) && (b.stride(2) == 1 || b.stride(3) == 1) && c.stride(3) == 1, "Rows or columns of the operands and rows of the result are contiguous.");
        var call = new Call
        {
            A = Side.Of(a), B = Side.Of(b), C = Side.Of(c), Heads = (int)left[1], Rows = (int)left[2], Depth = (int)left[3], Columns = (int)right[3], Triangle = triangle,
        };
        NativeThreads.For((int)(left[0] * left[1]), 1, call.RightSize + PanelPacking.Strip(SgemmMicroKernel.Rows, call.Depth), ref call, &Multiply);
    }

    private static void Multiply(void* arguments, int from, int to, float* right)
    {
        var p = (Call*)arguments;
        var left = right + p->RightSize;
        for (var head = from; head < to; head++)
        {
            var a = p->A.At(head, p->Heads);
            var c = p->C.At(head, p->Heads);
            PanelPacking.Pack(p->B.At(head, p->Heads), p->B.Column, p->B.Row, p->Columns, p->Depth, right, SgemmMicroKernel.Columns);
            for (var row = 0; row < p->Rows; row += SgemmMicroKernel.Rows)
            {
                var rows = Math.Min(SgemmMicroKernel.Rows, p->Rows - row);
                var first = p->Triangle == Triangle.LeftTurned ? Math.Min(row, p->Depth) : 0;
                var depth = (p->Triangle == Triangle.Left ? Math.Min(row + rows, p->Depth) : p->Depth) - first;
                var columns = p->Triangle == Triangle.Result ? Math.Min(row + rows, p->Columns) : p->Columns;
                PanelPacking.Pack(a + row * p->A.Row + first * p->A.Column, p->A.Row, p->A.Column, rows, depth, left, SgemmMicroKernel.Rows);
                var strip = right + first * SgemmMicroKernel.Columns;
                for (var column = 0; column < columns; column += SgemmMicroKernel.Columns, strip += PanelPacking.Strip(SgemmMicroKernel.Columns, p->Depth))
                    SgemmMicroKernel.Multiply(left, strip, depth, c + row * p->C.Row + column, p->C.Row,
                        rows, Math.Min(SgemmMicroKernel.Columns, p->Columns - column), null, adds: false);
            }
        }
    }

    /// <summary>A tensor of heads: where each begins, and how far it is from a row and a column to the next.</summary>
    private struct Side
    {
        private float* _first;
        private nint _text, _head;
        internal nint Row, Column;

        internal static Side Of(Tensor tensor)
        {
            var strides = tensor.stride();
            return new Side { _first = (float*)TensorMemory.Pointer(tensor), _text = (nint)strides[0], _head = (nint)strides[1], Row = (nint)strides[2], Column = (nint)strides[3] };
        }

        internal readonly float* At(int head, int heads) => _first + head / heads * _text + head % heads * _head;
    }

    private struct Call
    {
        internal Side A, B, C;
        internal int Heads, Rows, Depth, Columns;
        internal Triangle Triangle;

        /// <summary>Float32 values of the packed right side of a head.</summary>
        internal readonly nint RightSize => Sgemm.Tiles(Columns, SgemmMicroKernel.Columns) * PanelPacking.Strip(SgemmMicroKernel.Columns, Depth);
    }
}
