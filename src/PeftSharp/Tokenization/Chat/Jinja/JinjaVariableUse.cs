namespace PeftSharp.Tokenization;

/// <summary>How a template uses a variable, and the structure of its conditions.</summary>
internal enum JinjaVariableUse
{
    /// <summary>The variable is read.</summary>
    Load,

    /// <summary>The variable is assigned.</summary>
    Store,

    /// <summary>The variable is a parameter or loop variable.</summary>
    Parameter,

    /// <summary>The first branch of a condition begins.</summary>
    BeginBranches,

    /// <summary>The next branch begins.</summary>
    NextBranch,

    /// <summary>The last branch ends.</summary>
    EndBranches,
}
