namespace PeftSharp.Tokenization;

/// <summary>The kinds of tokens of a template.</summary>
internal enum JinjaTokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,

    /// <summary>The beginning of a tag, <c>{%</c>.</summary>
    BlockBegin,

    /// <summary>The end of a tag.</summary>
    BlockEnd,

    /// <summary>The beginning of an expression, <c>{{</c>.</summary>
    VariableBegin,

    /// <summary>The end of an expression.</summary>
    VariableEnd,

    /// <summary>An identifier or keyword.</summary>
    Name,

    /// <summary>A string literal.</summary>
    String,

    /// <summary>An integer or floating-point literal.</summary>
    Number,

    /// <summary>An operator or bracket.</summary>
    Operator,

    /// <summary>The end of the template.</summary>
    End,
}
