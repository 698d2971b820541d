using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace PeftSharp.Data;

/// <summary>Names of the values of tuples. The compiler keeps them of properties, not of the type arguments of a method.</summary>
internal static class TupleNames
{
    /// <summary>The value of a property: a tuple, or each tuple of a list, as a record with the property's names; other values as they are.</summary>
    internal static object? Named(object? value, PropertyInfo property)
    {
        if (value is not (ITuple or IEnumerable) || value is string || property.GetCustomAttribute<TupleElementNamesAttribute>() is not { TransformNames: { } kept } || kept.Contains(null))
            return value;
        string[] names = [.. kept.OfType<string>()];
        return value switch
        {
            ITuple tuple => Values(tuple, names) ?? value,
            IEnumerable items when items.Cast<object?>().All(item => item is ITuple tuple && tuple.Length == names.Length) => items.Cast<ITuple>().Select(tuple => Values(tuple, names)).ToArray(),
            _ => value,
        };
    }

    /// <summary>The values of a tuple by name; null if there are not as many names.</summary>
    internal static OrderedDictionary<string, object?>? Values(ITuple tuple, IReadOnlyList<string> names) => tuple.Length == names.Count
        ? new(Enumerable.Range(0, tuple.Length).Select(i => KeyValuePair.Create(names[i], tuple[i])), StringComparer.Ordinal)
        : null;
}
