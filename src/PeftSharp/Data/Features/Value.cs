namespace PeftSharp.Data;

/// <summary>A column of single values.</summary>
/// <param name="Dtype">"int64", "int32", "float64", "float32", "decimal" (<see cref="decimal"/>), "bool", "string", "binary" (<c>byte[]</c>), "timestamp" (<see cref="DateTime"/>),
/// "time" (a time of day, <see cref="TimeOnly"/>), "duration" (<see cref="TimeSpan"/>), or "null" where every value is absent.</param>
public sealed record Value(string Dtype) : Feature
{
    private static readonly string[] Known = ["int64", "int32", "float64", "float32", "decimal", "bool", "string", "binary", "timestamp", "time", "duration", "null"];

    /// <summary>The name of the type, as Arrow spells it.</summary>
    /// <exception cref="ArgumentException">The name is none of those above.</exception>
    public string Dtype { get; } = Known.Contains(Dtype)
        ? Dtype
        : throw new ArgumentException($"'{Dtype}' is not a column type; the types are {string.Join(", ", Known)}.", nameof(Dtype));

    /// <inheritdoc/>
    public override string ToString() => $"Value({Dtype})";
}
