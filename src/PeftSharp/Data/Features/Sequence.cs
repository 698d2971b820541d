namespace PeftSharp.Data;

/// <summary>A column whose every row is a list, of any length.</summary>
/// <param name="Element">The type of the list's items; a <see cref="Sequence"/> again for nested lists.</param>
public sealed record Sequence(Feature Element) : Feature
{
    internal override bool Matches(Feature other) => other.IsNull || (other is Sequence sequence && Element.Matches(sequence.Element));

    internal override Feature Unify(Feature other) => other is Sequence sequence ? new Sequence(Element.Unify(sequence.Element)) : this;

    /// <inheritdoc/>
    public override string ToString() => $"Sequence({Element})";
}
