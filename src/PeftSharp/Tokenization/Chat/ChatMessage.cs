using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>A message of a conversation.</summary>
/// <remarks>
/// A message corresponds to a dictionary with <c>role</c> and <c>content</c> in Python. A chat template receives the fields that are not
/// null, in this order: <c>role</c>, <c>content</c>, <c>tool_calls</c>, and the fields in <see cref="ExtraFields"/>. A message from
/// <see cref="FromJson"/> has the order of the fields in the JSON. If a message has <c>reasoning_content</c>, <c>thinking</c> or
/// <c>reasoning</c>, the template can read the value as <c>reasoning_content</c> or as <c>thinking</c>.
/// </remarks>
/// <example><code>
/// ChatMessage[] messages = [new("system", "Answer briefly."), new("user", "What is the capital of France?")];
/// var prompt = tokenizer.RenderChatTemplate(messages, new() { AddGenerationPrompt = true });
/// </code></example>
public sealed record ChatMessage
{
    private readonly IReadOnlyList<string> _order = ["role", "content", "tool_calls"];

    /// <summary>Creates a message.</summary>
    /// <param name="role">The author: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, or another role of the template.</param>
    /// <param name="content">The text. Null: none, for example for a message that only calls tools.</param>
    /// <exception cref="ArgumentException">The role is empty.</exception>
    public ChatMessage(string role, string? content = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        (Role, Content) = (role, content);
    }

    /// <summary>The author: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, or another role of the template.</summary>
    public string Role { get; init; }

    /// <summary>The text; null if there is none, or if the content is in <see cref="ContentParts"/>.</summary>
    public string? Content { get; init; }

    /// <summary>
    /// The content as a list of parts, such as <c>{"type": "text", "text": "…"}</c>, for templates that expect a list. Null: the content
    /// is <see cref="Content"/>.
    /// </summary>
    public JsonArray? ContentParts { get; init; }

    /// <summary>
    /// The tool calls of an assistant, such as <c>{"type": "function", "function": {"name": "…", "arguments": {…}}}</c>. Null: none.
    /// </summary>
    public JsonArray? ToolCalls { get; init; }

    /// <summary>Other fields that the template reads, such as <c>name</c> or <c>reasoning_content</c>. Null: none.</summary>
    public JsonObject? ExtraFields { get; init; }

    /// <summary>Converts a message from JSON: an object with <c>role</c> and, in most cases, <c>content</c>.</summary>
    /// <param name="message">The object. It is copied.</param>
    /// <exception cref="ArgumentException">The value is not an object, or has no role.</exception>
    public static ChatMessage FromJson(JsonNode? message)
    {
        if (message is not JsonObject fields || TextOf(fields["role"]) is not { Length: > 0 } role)
            throw new ArgumentException(
                $"A message must be a JSON object with the field \"role\", but it is {Shorten(message)}.", nameof(message));
        return new ChatMessage(role, fields, fields["content"]);
    }

    /// <summary>Converts a conversation from JSON: an array of messages.</summary>
    /// <param name="messages">The array, such as the field <c>messages</c> of a request.</param>
    /// <exception cref="ArgumentException">The value is not an array of messages.</exception>
    public static IReadOnlyList<ChatMessage> ListFromJson(JsonNode? messages) => messages is JsonArray items
        ? [.. items.Select(FromJson)]
        : throw new ArgumentException($"A conversation must be a JSON array of messages, but it is {Shorten(messages)}.", nameof(messages));

    /// <summary>Converts the message to a JSON object with the fields that are not null.</summary>
    public JsonObject ToJson()
    {
        var fields = new JsonObject();
        foreach (var name in _order.Concat(["role", "content", "tool_calls"]).Concat(ExtraFields?.Select(field => field.Key) ?? []))
            if (!fields.ContainsKey(name) && Field(name) is { } value)
                fields[name] = value.DeepClone();
        return fields;
    }

    /// <summary>Returns whether the other message has the same fields and values, in any order.</summary>
    public bool Equals(ChatMessage? other) => other is not null && JsonNode.DeepEquals(ToJson(), other.ToJson());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Role, Content);

    /// <summary>Returns the message as JSON.</summary>
    public override string ToString() => ToJson().ToJsonString();

    /// <summary>Returns the message with a text appended to its content, or to the last part of its content that is a text.</summary>
    internal ChatMessage Append(string text)
    {
        if (ContentParts is null) return this with { Content = Content + text };
        var parts = ContentParts.DeepClone().AsArray();
        var last = parts.OfType<JsonObject>().LastOrDefault(part => TextOf(part["text"]) is not null);
        if (last is null) parts.Add(new JsonObject { ["type"] = "text", ["text"] = text });
        else last["text"] = TextOf(last["text"]) + text;
        return this with { ContentParts = parts };
    }

    private ChatMessage(string role, JsonObject fields, JsonNode? content) : this(role, TextOf(content))
    {
        var extra = new JsonObject();
        foreach (var (name, value) in fields)
            if (!IsKnown(name, value))
                extra[name] = value?.DeepClone();
        _order = [.. fields.Select(field => field.Key)];
        ContentParts = (content as JsonArray)?.DeepClone().AsArray();
        ToolCalls = (fields["tool_calls"] as JsonArray)?.DeepClone().AsArray();
        ExtraFields = extra.Count > 0 ? extra : null;
    }

    private static bool IsKnown(string name, JsonNode? value) => name switch
    {
        "role" => true,
        "content" => value is JsonArray || TextOf(value) is not null,
        "tool_calls" => value is JsonArray,
        _ => false,
    };

    private JsonNode? Field(string name) => name switch
    {
        "role" => JsonValue.Create(Role),
        "content" when ContentParts is not null => ContentParts,
        "content" when Content is not null => JsonValue.Create(Content),
        "tool_calls" when ToolCalls is not null => ToolCalls,
        _ => ExtraFields?[name],
    };

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static string Shorten(JsonNode? node) => PythonJson.Show(node, maxLength: 200);
}
