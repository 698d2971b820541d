namespace PeftSharp.Data;

/// <summary>The position of rows whose value is null in a sorted dataset (<c>null_placement</c>).</summary>
public enum NullPlacement
{
    /// <summary>After all other rows (<c>at_end</c>).</summary>
    AtEnd,

    /// <summary>Before all other rows (<c>at_start</c>).</summary>
    AtStart,
}
