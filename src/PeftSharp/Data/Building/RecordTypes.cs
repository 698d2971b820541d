using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace PeftSharp.Data;

/// <summary>Which types are mere records of values, so that a column can hold their properties.</summary>
internal static class RecordTypes
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]?> Known = new();

    /// <summary>The properties of a C# record, a struct or an anonymous type; null for other types (a tensor or a stream has properties too, but is no data).</summary>
    internal static PropertyInfo[]? PropertiesOf(Type type) => Known.GetOrAdd(type, static type => IsRecord(type) && ReadableProperties(type) is { Length: > 0 } properties ? properties : null);

    /// <summary>The properties that are the columns of rows of this type.</summary>
    /// <exception cref="DatasetException">The type has none, or is not a type of rows.</exception>
    internal static PropertyInfo[] ColumnsOf(Type type)
    {
        if (type.IsAssignableTo(typeof(ITuple)) && type.IsValueType)
            throw new DatasetException($"Rows of the type {type.Name} have no names for columns: the names of a value tuple exist in source code only. Use a record, record Row(string Text, int Label), or an anonymous type, new {{ text, label }}, or give the names: Dataset.FromRows(rows, \"text\", \"label\").");
        if (type.IsPrimitive || type.IsEnum || type == typeof(decimal) || type.IsAssignableTo(typeof(IEnumerable)))
            throw new DatasetException($"A {type.Name} is a value, not a row with named columns. Use Dataset.FromDict((\"name\", values)) for a column of values, or Dataset.FromList for dictionaries.");
        return ReadableProperties(type) is { Length: > 0 } properties
            ? properties
            : throw new DatasetException($"The type {type.Name} has no public properties to become columns{(type.GetFields(BindingFlags.Public | BindingFlags.Instance).Length > 0 ? " (fields are not read)" : "")}. Use a record, a class with properties, or an anonymous type.");
    }

    /// <summary>A row's values by property name.</summary>
    internal static OrderedDictionary<string, object?> Values(object row, PropertyInfo[] properties) =>
        new(properties.Select(property => KeyValuePair.Create(property.Name, ValueOf(property, row))), StringComparer.Ordinal);

    /// <summary>The value of a property; value tuples as records with the names that the compiler keeps of the property.</summary>
    internal static object? ValueOf(PropertyInfo property, object row) => TupleNames.Named(property.GetValue(row), property);

    private static PropertyInfo[] ReadableProperties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanRead && property.GetIndexParameters().Length == 0)];

    private static bool IsRecord(Type type) => type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true
        && ((type.IsValueType && !type.IsEnum) || type.GetMethod("<Clone>$") is not null || type.Name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal));
}
