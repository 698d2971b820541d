using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Renders conversations with a chat template, like transformers' <c>render_jinja_template</c>.</summary>
internal sealed class ChatRenderer
{
    private const string ContinueTag = "CONTINUE_FINAL_MESSAGE_TAG ";
    private static readonly string[] _reasoningFields = ["reasoning_content", "thinking", "reasoning"];

    private readonly JinjaTemplate _template;
    private readonly Dictionary<string, object?> _variables;
    private readonly bool _continues;
    private readonly string _source;

    internal ChatRenderer(string template, IReadOnlyDictionary<string, string> specialTokens, ChatTemplateOptions options)
    {
        if (options is { AddGenerationPrompt: true, ContinueFinalMessage: true })
            throw new ArgumentException("AddGenerationPrompt begins a new message and ContinueFinalMessage continues the last one. Set "
                + "only one of them.", nameof(options));
        (_source, _template, _continues) = (template, JinjaTemplate.Parse(template), options.ContinueFinalMessage);
        _variables = specialTokens.ToDictionary(token => token.Key, object? (token) => token.Value, StringComparer.Ordinal);
        foreach (var (name, value) in options.Variables ?? [])
            _variables[name] = JinjaTypes.FromJson(value);
        _variables["tools"] = JinjaTypes.FromJson(options.Tools);
        _variables["documents"] = JinjaTypes.FromJson(options.Documents);
        _variables["add_generation_prompt"] = options.AddGenerationPrompt;
    }

    /// <summary>Whether the template contains the tag <c>generation</c>.</summary>
    internal bool HasGeneration => _template.HasGeneration;

    /// <exception cref="ArgumentException">The conversation is empty or cannot be continued.</exception>
    /// <exception cref="ChatTemplateException">The template failed or rejected the messages.</exception>
    internal (string Text, IReadOnlyList<(int Start, int End)> Generated) Render(
        IReadOnlyList<ChatMessage> messages, bool returnAssistantTokensMask = false)
    {
        if (messages is not { Count: > 0 } || messages.Contains(null!))
            throw new ArgumentException("The conversation has no messages, or one of its messages is null.", nameof(messages));
        if (_continues && returnAssistantTokensMask)
            throw new ArgumentException(
                "ContinueFinalMessage and returnAssistantTokensMask cannot be combined.", nameof(returnAssistantTokensMask));
        JsonObject[] fields = [.. messages.Select(message => WithReasoningFields(message.ToJson()))];
        var continued = _continues ? MarkEnd(fields[^1], nameof(messages)) : null;
        var variables = new Dictionary<string, object?>(_variables, StringComparer.Ordinal)
        {
            ["messages"] = fields.Select(JinjaTypes.FromJson).ToList(),
        };
        var (text, generated) = _template.Render(variables, returnAssistantTokensMask);
        return (continued is null ? text : CutAtMark(text, continued, nameof(messages)), generated);
    }

    /// <summary>Adds the reasoning of a message under the names that templates read.</summary>
    private static JsonObject WithReasoningFields(JsonObject message)
    {
        var reasoning = _reasoningFields.Select(name => message[name]).FirstOrDefault(value => value is not null)?.DeepClone();
        if (reasoning is null)
            return message;
        var result = new JsonObject();
        if (!message.ContainsKey("thinking"))
            result["thinking"] = reasoning.DeepClone();
        foreach (var (name, value) in message)
            result[name] = name == "reasoning_content" ? reasoning.DeepClone() : value?.DeepClone();
        result["reasoning_content"] ??= reasoning;
        return result;
    }

    /// <summary>Appends a mark to the content of the last message and returns the content without it.</summary>
    private string MarkEnd(JsonObject message, string parameter)
    {
        if (!_source.Contains("content", StringComparison.Ordinal))
            throw new ArgumentException(
                "The chat template does not read the content of messages, so the last message cannot be continued.", parameter);
        switch (message["content"])
        {
            case JsonValue value when value.TryGetValue(out string? text):
                message["content"] = text + ContinueTag;
                return text;
            case JsonArray parts when parts.LastOrDefault(part => (part as JsonObject)?["text"] is JsonValue) is JsonObject part
                && ((JsonValue)part["text"]!).TryGetValue(out string? last):
                part["text"] = last + ContinueTag;
                return last;
            default:
                throw new ArgumentException("The last message has no text to continue.", parameter);
        }
    }

    private static string CutAtMark(string text, string continued, string parameter)
    {
        var mark = text.LastIndexOf(ContinueTag.TrimEnd(), StringComparison.Ordinal);
        var content = JinjaText.TrimStart(JinjaText.TrimEnd(continued));
        if (mark < 0 || !text.Contains(content, StringComparison.Ordinal))
            throw new ArgumentException("The last message does not appear in the result of the chat template, so it cannot be continued. "
                + "The template may remove a part of it.", parameter);
        // The template either keeps the space after the mark or removes white space at the end of a message.
        return text.AsSpan(mark).StartsWith(ContinueTag) ? text[..mark] : JinjaText.TrimEnd(text[..mark]);
    }
}
