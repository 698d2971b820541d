using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Determines the types whose properties are stored as the fields of a struct or as columns.</summary>
internal static class RecordTypes
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]?> Cache = new();

    /// <summary>
    /// Returns the properties of a C# record, struct or anonymous type; null for other types, such as a tensor or a stream, which have
    /// properties but are not data.
    /// </summary>
    internal static PropertyInfo[]? PropertiesOf(Type type) =>
        Cache.GetOrAdd(type, static type => IsRecord(type) && ReadableProperties(type) is { Length: > 0 } properties ? properties : null);

    /// <summary>Returns the properties that are the columns of rows of a type.</summary>
    /// <exception cref="DatasetException">The type has no public properties, or is the type of a single value.</exception>
    internal static PropertyInfo[] ColumnsOf(Type type)
    {
        if (type.IsAssignableTo(typeof(ITuple)) && type.IsValueType)
            throw new DatasetException($"Rows of type {TypeName.Of(type)} have no column names, because the element names of a value tuple "
                + "exist only in source code. Pass the names: Dataset.FromRows(rows, \"text\", \"label\"); "
                + "or use a record (record Row(string Text, int Label)) or an anonymous type (new { text, label }).");
        if (type.IsPrimitive || type.IsEnum || type == typeof(decimal) || type.IsAssignableTo(typeof(IEnumerable)))
            throw new DatasetException($"The type {TypeName.Of(type)} has no properties that could be columns. "
                + "Use Dataset.FromDict((\"name\", values)) for a column of values, or Dataset.FromList for dictionaries.");
        return ReadableProperties(type) is { Length: > 0 } properties
            ? properties
            : throw new DatasetException($"The type {TypeName.Of(type)} has no public properties. Public properties become "
                + $"the columns{(type.GetFields(BindingFlags.Public | BindingFlags.Instance).Length > 0 ? " (fields are ignored)" : "")}. "
                + "Use a record, a class with properties, or an anonymous type.");
    }

    /// <summary>Returns the values of a row by property name.</summary>
    internal static OrderedDictionary<string, object?> Values(object row, PropertyInfo[] properties) =>
        new(properties.Select(property => KeyValuePair.Create(property.Name, ValueOf(property, row))), StringComparer.Ordinal);

    /// <summary>
    /// Returns the value of a property. Value tuples are converted to dictionaries with the element names of the property.
    /// </summary>
    internal static object? ValueOf(PropertyInfo property, object row) => TupleNames.Named(property.GetValue(row), property);

    private static PropertyInfo[] ReadableProperties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0)];

    private static bool IsRecord(Type type) => type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true
        && ((type.IsValueType && !type.IsEnum) || type.GetMethod("<Clone>$") is not null
            || type.Name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal));
}
