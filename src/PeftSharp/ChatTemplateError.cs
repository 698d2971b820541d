namespace PeftSharp;

/// <summary>Why a chat template could not be applied.</summary>
public enum ChatTemplateError
{
    /// <summary>The template is not valid Jinja.</summary>
    Syntax,

    /// <summary>The template uses something that this library does not support, such as a tag, a filter or a method.</summary>
    Unsupported,

    /// <summary>An expression failed for these messages, for example because a variable is not defined.</summary>
    Evaluation,

    /// <summary>The template rejected the messages by calling <c>raise_exception</c>.</summary>
    Raised,

    /// <summary>The template exceeded a limit of length, computation, memory or nesting.</summary>
    Limit,
}
