namespace PeftSharp.Data;

/// <summary>
/// The type of a column: a <see cref="Value"/>, a <see cref="ClassLabel"/>, a <see cref="Sequence"/> or a <see cref="Struct"/> (the
/// values of Python's <c>datasets.Features</c>).
/// </summary>
public abstract record Feature
{
    private protected Feature() { }

    /// <summary>
    /// Returns whether values of both types can be stored in one column: the types are equal, or one type is the type of a column whose
    /// values are all null.
    /// </summary>
    internal virtual bool Matches(Feature other) => IsNull || other.IsNull || Equals(other);

    /// <summary>Returns the common type of two types that match.</summary>
    internal virtual Feature Unify(Feature other) => IsNull ? other : this;

    /// <summary>Whether all values are null.</summary>
    internal bool IsNull => this is Value { Dtype: "null" };
}
