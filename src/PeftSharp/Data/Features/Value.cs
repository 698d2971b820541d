namespace PeftSharp.Data;

/// <summary>The type of a column of scalars (Python's <c>datasets.Value</c>).</summary>
/// <param name="Dtype">
/// The name of the type: "int64", "int32", "float64", "float32", "decimal" (<see cref="decimal"/>), "bool", "string", "binary"
/// (<c>byte[]</c>), "timestamp" (<see cref="DateTime"/>), "time" (<see cref="TimeOnly"/>), "duration" (<see cref="TimeSpan"/>), or "null"
/// if all values are null.
/// </param>
public sealed record Value(string Dtype) : Feature
{
    private static readonly string[] Known =
        ["int64", "int32", "float64", "float32", "decimal", "bool", "string", "binary", "timestamp", "time", "duration", "null"];

    /// <summary>The name of the type.</summary>
    /// <exception cref="ArgumentException">The type is not supported; the message lists the supported types.</exception>
    public string Dtype { get; } = Known.Contains(Dtype)
        ? Dtype
        : throw new ArgumentException($"The type '{Dtype}' is not supported. Supported types: {string.Join(", ", Known)}.", nameof(Dtype));

    /// <inheritdoc/>
    public override string ToString() => $"Value({Dtype})";
}
