namespace PeftSharp.Training;

/// <summary>A multidimensional array in row-major order, such as the predictions of an evaluation (NumPy's <c>ndarray</c>).</summary>
/// <typeparam name="T">The element type: <see cref="float"/> for logits, <see cref="long"/> for class ids.</typeparam>
/// <param name="Values">The elements in row-major order.</param>
/// <param name="Shape">The size of each axis; the first is the number of examples.</param>
public sealed record NDArray<T>(T[] Values, IReadOnlyList<int> Shape) where T : struct
{
    /// <summary>The number of examples.</summary>
    public int Count => Shape.Count == 0 ? 1 : Shape[0];

    /// <summary>The number of elements of one example.</summary>
    public int RowLength => Shape.Skip(1).Aggregate(1, (product, length) => product * length);

    /// <summary>Returns the elements of one example.</summary>
    /// <param name="example">The index of the example, from 0.</param>
    public ReadOnlySpan<T> Row(int example) => Values.AsSpan(example * RowLength, RowLength);
}
