namespace PeftSharp.Tokenization;

/// <summary>The source of the first value of a variable.</summary>
internal enum JinjaLoad
{
    /// <summary>None: the variable has no value until it is assigned.</summary>
    None,

    /// <summary>The variables that the caller passed to the template, or the global functions.</summary>
    Caller,

    /// <summary>The variable of an outer scope with the same name.</summary>
    Outer,
}
