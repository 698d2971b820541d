using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace PeftSharp.Data;

/// <summary>
/// Element names of tuples. The compiler stores them for properties (<see cref="TupleElementNamesAttribute"/>), but not for type arguments
/// of a method.
/// </summary>
internal static class TupleNames
{
    /// <summary>
    /// Converts a tuple, or each tuple of a list, to a dictionary with the element names of the property; returns other values unchanged.
    /// </summary>
    internal static object? Named(object? value, PropertyInfo property)
    {
        if (value is not (ITuple or IEnumerable)
            || value is string || property.GetCustomAttribute<TupleElementNamesAttribute>() is not { TransformNames: { } elementNames }
            || elementNames.Contains(null))
            return value;
        string[] names = [.. elementNames.OfType<string>()];
        return value switch
        {
            ITuple tuple => Values(tuple, names) ?? value,
            IEnumerable items when items.Cast<object?>().All(item => item is ITuple tuple && tuple.Length == names.Length) =>
                items.Cast<ITuple>().Select(tuple => Values(tuple, names)).ToArray(),
            _ => value,
        };
    }

    /// <summary>Returns the elements of a tuple by name; null if the number of names differs.</summary>
    internal static OrderedDictionary<string, object?>? Values(ITuple tuple, IReadOnlyList<string> names) => tuple.Length == names.Count
        ? new(Enumerable.Range(0, tuple.Length).Select(i => KeyValuePair.Create(names[i], tuple[i])), StringComparer.Ordinal)
        : null;
}
