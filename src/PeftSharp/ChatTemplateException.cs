namespace PeftSharp;

/// <summary>Thrown if a chat template cannot be applied to the messages. <see cref="Reason"/> says why.</summary>
public sealed class ChatTemplateException : PeftSharpException
{
    /// <inheritdoc/>
    public ChatTemplateException(string message) : base(message) { }

    /// <inheritdoc/>
    public ChatTemplateException(string message, Exception? innerException) : base(message, innerException) { }

    internal ChatTemplateException(string message, ChatTemplateError reason, int line, int column, Exception? innerException = null)
        : base(message, innerException) => (Reason, Line, Column) = (reason, line, column);

    /// <summary>
    /// Why the template could not be applied. If it is <see cref="ChatTemplateError.Raised"/>, the message of the exception is the text
    /// that the template passed to <c>raise_exception</c>.
    /// </summary>
    public ChatTemplateError Reason { get; } = ChatTemplateError.Evaluation;

    /// <summary>The line in the template, from 1; 0 if it is unknown.</summary>
    public int Line { get; }

    /// <summary>The column in the line, from 1, in UTF-16 code units; 0 if it is unknown.</summary>
    public int Column { get; }
}
