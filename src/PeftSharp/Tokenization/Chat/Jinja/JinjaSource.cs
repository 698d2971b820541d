namespace PeftSharp.Tokenization;

/// <summary>The text of a template, and the line and column of each position.</summary>
internal sealed class JinjaSource
{
    /// <summary>Normalizes line breaks to <c>\n</c> and removes one line break at the end, as Jinja does.</summary>
    internal JinjaSource(string text)
    {
        Text = JinjaText.NormalizeLines(text);
        if (Text.EndsWith('\n'))
            Text = Text[..^1];
    }

    internal string Text { get; }

    internal ChatTemplateException Fail(ChatTemplateError error, int position, string message)
    {
        var before = Text.AsSpan(0, Math.Min(position, Text.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        return new ChatTemplateException(
            error == ChatTemplateError.Raised ? message : $"Chat template, line {line}, column {column}: {message}", error, line, column);
    }

    internal ChatTemplateException Syntax(int position, string message) => Fail(ChatTemplateError.Syntax, position, message);

    internal ChatTemplateException Unsupported(int position, string message) => Fail(ChatTemplateError.Unsupported, position, message);
}
