namespace PeftSharp.Training;

/// <summary>Numbers with a shape, row after row: what a prediction is once it has left the model.</summary>
/// <typeparam name="T"><see cref="float"/> for scores, <see cref="long"/> for classes.</typeparam>
/// <param name="Values">The numbers; the last axis varies fastest.</param>
/// <param name="Shape">Length of each axis; the first counts the examples.</param>
public sealed record NDArray<T>(T[] Values, IReadOnlyList<int> Shape) where T : struct
{
    /// <summary>Number of examples.</summary>
    public int Count => Shape.Count == 0 ? 1 : Shape[0];

    /// <summary>Numbers of one example.</summary>
    public int RowLength => Shape.Skip(1).Aggregate(1, (product, length) => product * length);

    /// <summary>The numbers of one example.</summary>
    public ReadOnlySpan<T> Row(int example) => Values.AsSpan(example * RowLength, RowLength);
}
