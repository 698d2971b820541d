namespace PeftSharp.Data;

/// <summary>The type of a column, as in <c>datasets</c>: a <see cref="Value"/>, a <see cref="ClassLabel"/>, a <see cref="Sequence"/> or a <see cref="Struct"/>.</summary>
public abstract record Feature
{
    private protected Feature() { }

    /// <summary>Whether values of this type can be stored where <paramref name="other"/> is expected: the same type, or one of them nothing but nulls.</summary>
    internal virtual bool Matches(Feature other) => IsNull || other.IsNull || Equals(other);

    /// <summary>Of two types that match, the one in which more is known.</summary>
    internal virtual Feature Unify(Feature other) => IsNull ? other : this;

    /// <summary>Whether nothing but nulls was seen.</summary>
    internal bool IsNull => this is Value { Dtype: "null" };
}
