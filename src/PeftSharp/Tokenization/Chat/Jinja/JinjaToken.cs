namespace PeftSharp.Tokenization;

/// <summary>A token of a template.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Text">The text of a name, an operator or template data; for a string, its value.</param>
/// <param name="Position">The index of the first character of the token in the template.</param>
/// <param name="Value">The value of a number.</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Position, object? Value = null)
{
    internal bool IsName(string name) => Kind == JinjaTokenKind.Name && Text == name;

    internal bool IsOperator(string text) => Kind == JinjaTokenKind.Operator && Text == text;

    /// <summary>The token in a message.</summary>
    internal string Describe() => Kind switch
    {
        JinjaTokenKind.BlockEnd => "the end of the tag",
        JinjaTokenKind.VariableEnd => "the end of the expression",
        JinjaTokenKind.End => "the end of the template",
        JinjaTokenKind.String => "a string",
        _ => $"'{Text}'",
    };
}
