namespace PeftSharp.Data;

/// <summary>The type of a column of lists of any length (Python's <c>datasets.List</c>, formerly <c>Sequence</c>).</summary>
/// <param name="Element">The type of the items; a <see cref="Sequence"/> for nested lists.</param>
public sealed record Sequence(Feature Element) : Feature
{
    internal override bool Matches(Feature other) => other.IsNull || (other is Sequence sequence && Element.Matches(sequence.Element));

    internal override Feature Unify(Feature other) => other is Sequence sequence ? new Sequence(Element.Unify(sequence.Element)) : this;

    /// <inheritdoc/>
    public override string ToString() => $"Sequence({Element})";
}
