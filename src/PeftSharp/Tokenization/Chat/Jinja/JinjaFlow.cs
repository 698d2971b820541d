namespace PeftSharp.Tokenization;

/// <summary>How execution continues after a statement.</summary>
internal enum JinjaFlow
{
    /// <summary>With the next statement.</summary>
    Next,

    /// <summary>After the loop.</summary>
    Break,

    /// <summary>With the next iteration of the loop.</summary>
    Continue,
}
