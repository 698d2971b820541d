namespace PeftSharp.Data;

/// <summary>A column whose every row is a record of named fields, such as a chat message with its role and content.</summary>
public sealed record Struct : Feature
{
    /// <summary>A record of these fields, in this order.</summary>
    public Struct(IReadOnlyDictionary<string, Feature> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        Fields = new OrderedDictionary<string, Feature>(fields, StringComparer.Ordinal);
    }

    /// <summary>The fields' types by name.</summary>
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

    /// <summary>Two records are equal where their fields are, whatever the order.</summary>
    public bool Equals(Struct? other) => other is not null && Fields.Count == other.Fields.Count
        && Fields.All(field => other.Fields.TryGetValue(field.Key, out var same) && same == field.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Keys.Aggregate(0, (hash, name) => hash ^ StringComparer.Ordinal.GetHashCode(name));

    /// <inheritdoc/>
    public override string ToString() => $"Struct({string.Join(", ", Fields.Select(field => $"{field.Key}: {field.Value}"))})";
}
