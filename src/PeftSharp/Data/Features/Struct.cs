namespace PeftSharp.Data;

/// <summary>
/// The type of a column of structs with named fields, such as chat messages with role and content (a dictionary of features in Python's
/// <c>datasets</c>).
/// </summary>
public sealed record Struct : Feature
{
    /// <summary>Creates a type with the given fields, in the given order.</summary>
    public Struct(IReadOnlyDictionary<string, Feature> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        Fields = new OrderedDictionary<string, Feature>(fields, StringComparer.Ordinal);
    }

    /// <summary>The types of the fields, by name.</summary>
    public IReadOnlyDictionary<string, Feature> Fields { get; }

    internal override bool Matches(Feature other) => other.IsNull || (other is Struct record
        && Fields.All(field => !record.Fields.TryGetValue(field.Key, out var same) || field.Value.Matches(same)));

    internal override Feature Unify(Feature other)
    {
        if (other is not Struct record)
            return this;
        var fields = new OrderedDictionary<string, Feature>(Fields);
        foreach (var (name, feature) in record.Fields)
            fields[name] = fields.TryGetValue(name, out var known) ? known.Unify(feature) : feature;
        return new Struct(fields);
    }

    /// <summary>Returns whether the other type has the same fields, in any order.</summary>
    public bool Equals(Struct? other) => other is not null && Fields.Count == other.Fields.Count
        && Fields.All(field => other.Fields.TryGetValue(field.Key, out var same) && same == field.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Keys.Aggregate(0, (hash, name) => hash ^ StringComparer.Ordinal.GetHashCode(name));

    /// <inheritdoc/>
    public override string ToString() => $"Struct({string.Join(", ", Fields.Select(field => $"{field.Key}: {field.Value}"))})";
}
