namespace PeftSharp.Data;

/// <summary>Adds class names that are declared elsewhere to the types of stored values.</summary>
internal static class DeclaredClasses
{
    /// <summary>Returns the stored type with the declared class names, at any depth. Other differences are ignored.</summary>
    internal static Feature Refine(Feature stored, Feature declared) => (stored, declared) switch
    {
        (Value { Dtype: "int64" or "int32" or "string" or "null" }, ClassLabel) => declared,
        (Sequence list, Sequence other) => new Sequence(Refine(list.Element, other.Element)),
        (Struct record, Struct other) => new Struct(new OrderedDictionary<string, Feature>(record.Fields.Select(field =>
            KeyValuePair.Create(
                field.Key, other.Fields.TryGetValue(field.Key, out var known) ? Refine(field.Value, known) : field.Value)))),
        _ => stored,
    };
}
