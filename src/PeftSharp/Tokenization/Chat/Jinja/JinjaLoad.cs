namespace PeftSharp.Tokenization;

/// <summary>Where the first value of a variable comes from.</summary>
internal enum JinjaLoad
{
    /// <summary>It has none until it is assigned.</summary>
    None,

    /// <summary>From the variables that the template was called with, or the global functions.</summary>
    Caller,

    /// <summary>From the variable of an outer scope with the same name.</summary>
    Outer,
}
