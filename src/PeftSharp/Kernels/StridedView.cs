using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The matrices of a tensor of shape [rows, columns] or [batch, heads, rows, columns]: the address of the tensor, and its strides
/// in elements.</summary>
internal unsafe struct StridedView
{
    private void* _data;
    private nint _batchStride, _headStride;
    private int _heads;

    /// <summary>Strides in elements: from one row to the next, and from one column to the next.</summary>
    internal nint RowStride, ColumnStride;

    /// <summary>Creates a view of a tensor's memory, valid as long as the tensor exists. The default value of this type means that there
    /// is no tensor.</summary>
    internal static StridedView Of(Tensor tensor)
    {
        var strides = tensor.stride();
        return strides.Length == 2
            ? new() { _data = TensorMemory.Pointer(tensor), _heads = 1, RowStride = (nint)strides[0], ColumnStride = (nint)strides[1] }
            : new()
            {
                _data = TensorMemory.Pointer(tensor), _heads = (int)tensor.size(1), _batchStride = (nint)strides[0],
                _headStride = (nint)strides[1], RowStride = (nint)strides[2], ColumnStride = (nint)strides[3],
            };
    }

    internal readonly bool IsNone => _data is null;

    /// <summary>The same matrices with rows and columns exchanged.</summary>
    internal readonly StridedView Transposed => this with { RowStride = ColumnStride, ColumnStride = RowStride };

    /// <summary>The address of a row.</summary>
    /// <param name="matrix">Index of the matrix: batch · heads + head.</param>
    /// <param name="row">Index of the row in the matrix.</param>
    internal readonly T* Row<T>(int matrix, int row) where T : unmanaged =>
        (T*)_data + matrix / _heads * _batchStride + matrix % _heads * _headStride + row * RowStride;
}
