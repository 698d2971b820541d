using Apache.Arrow;

namespace PeftSharp.Data;

/// <summary>Thrown if a file has a column that cannot be read from a mapped file, such as a dictionary-encoded column.</summary>
internal sealed class UnmappableTypeException(Field field) : Exception(
    $"The column '{field.Name}' has type {field.DataType.Name}, which cannot be read from a mapped file.");
