using System.Collections.Concurrent;
using System.Reflection;

namespace PeftSharp.Data;

/// <summary>Which types are mere records of values, so that a column can hold their properties.</summary>
internal static class RecordTypes
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]?> Known = new();

    /// <summary>The properties of a C# record, a struct or an anonymous type; null for other types (a tensor or a stream has properties too, but is no data).</summary>
    internal static PropertyInfo[]? PropertiesOf(Type type) => Known.GetOrAdd(type, static type => IsRecord(type) && ReadableProperties(type) is { Length: > 0 } properties ? properties : null);

    internal static PropertyInfo[] ReadableProperties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanRead && property.GetIndexParameters().Length == 0)];

    private static bool IsRecord(Type type) => type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true
        && ((type.IsValueType && !type.IsEnum) || type.GetMethod("<Clone>$") is not null || type.Name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal));
}
