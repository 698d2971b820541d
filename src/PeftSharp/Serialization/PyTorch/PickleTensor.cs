namespace PeftSharp.Serialization;

/// <summary>A tensor in a pickle: a view of a storage, whose values have not been read.</summary>
/// <param name="Storage">The memory.</param>
/// <param name="Type">The element type.</param>
/// <param name="Offset">The index of the first element in the storage.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Strides">For each dimension: the number of elements between two consecutive indices.</param>
internal sealed record PickleTensor(PickleStorage Storage, SafetensorsDtype Type, long Offset, long[] Shape, long[] Strides)
{
    private const int MaxDimensions = 64;                       // PyTorch's limit

    /// <summary>Number of elements.</summary>
    internal long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Number of elements of the storage between the first and the last element, both included.</summary>
    internal long Extent => Elements == 0 ? 0 : 1 + Shape.Zip(Strides).Sum(axis => (axis.First - 1) * axis.Second);

    /// <summary>Size of an element in bytes.</summary>
    internal int ElementBytes => SafetensorsDtypes.BitsOf(Type) / 8;

    /// <summary>Whether the elements are stored in order and without gaps.</summary>
    internal bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Shape.Length - 1; axis >= 0; expected *= Shape[axis], axis--)
                if (Shape[axis] != 1 && Strides[axis] != expected && Elements > 0) return false;
            return true;
        }
    }

    /// <summary>Creates a tensor and checks that all of its elements are inside its storage.</summary>
    /// <exception cref="InvalidDataException">
    /// An element is outside the storage, or the tensor has more elements than its storage.
    /// </exception>
    internal static PickleTensor Create(PickleStorage storage, SafetensorsDtype? type, long offset, long[] shape, long[] strides)
    {
        if (type is not { } dtype) throw new InvalidDataException("a tensor has an untyped storage and no dtype");
        var text = $"shape ({string.Join(", ", shape)}), strides ({string.Join(", ", strides)}) and offset {offset}";
        if (shape.Length > MaxDimensions)
            throw new InvalidDataException($"a tensor has {shape.Length} dimensions; at most {MaxDimensions} are supported");
        if (shape.Length != strides.Length || offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
            throw new InvalidDataException(
                $"a tensor has {text}; they must not be negative, and the number of strides must equal the number of dimensions");
        var capacity = storage.Bytes / (SafetensorsDtypes.BitsOf(dtype) / 8);
        var (elements, last) = ((Int128)1, (Int128)offset);
        var isEmpty = shape.Contains(0);
        foreach (var (size, stride) in shape.Zip(strides))
        {
            elements *= Math.Max(size, 1);
            last += (Int128)Math.Max(size - 1, 0) * stride;
            if (elements > (isEmpty ? long.MaxValue : capacity))
                throw new InvalidDataException(isEmpty
                    ? $"a tensor has {text}; the product of the sizes other than 0 does not fit into 64 bits"
                    : $"a tensor of {text} has more elements than its storage, which has {capacity}");
        }
        if (!isEmpty && last >= capacity)
            throw new InvalidDataException($"a tensor of {text} ends outside its storage, which has {capacity} elements");
        return new PickleTensor(storage, dtype, offset, shape, strides);
    }
}
