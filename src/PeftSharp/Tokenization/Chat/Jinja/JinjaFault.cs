namespace PeftSharp.Tokenization;

/// <summary>An error while a template is evaluated. The renderer converts it to a <see cref="ChatTemplateException"/> with its position.
/// </summary>
internal sealed class JinjaFault(string message, ChatTemplateError error = ChatTemplateError.Evaluation) : Exception(message)
{
    internal ChatTemplateError Error { get; } = error;

    internal static JinjaFault Unsupported(string message) => new(message, ChatTemplateError.Unsupported);

    internal static JinjaFault Limit(string message) => new(message, ChatTemplateError.Limit);
}
