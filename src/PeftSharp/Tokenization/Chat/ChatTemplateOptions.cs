using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Options for rendering a conversation: the chat template, and the values that the template receives besides the messages. They correspond
/// to the arguments of Python's <c>apply_chat_template</c>.
/// </summary>
public sealed record ChatTemplateOptions
{
    /// <summary>
    /// Whether to append the beginning of an assistant's message, so that the model answers. The template must support it. Default false.
    /// </summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>
    /// Whether the last message is open-ended, so that the model continues it. This option cannot be combined with
    /// <see cref="AddGenerationPrompt"/>. Default false.
    /// </summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Descriptions of the tools that the model can call, as JSON schemas. Null: none.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>
    /// Documents for retrieval-augmented generation. In most templates, a document is an object with <c>title</c> and <c>text</c>. Null:
    /// none.
    /// </summary>
    public JsonArray? Documents { get; init; }

    /// <summary>
    /// The name of one of the tokenizer's chat templates, or a template. Null: <c>tool_use</c> if the tokenizer has it and
    /// <see cref="Tools"/> is set, otherwise <see cref="Tokenizer.ChatTemplate"/>.
    /// </summary>
    public string? ChatTemplate { get; init; }

    /// <summary>
    /// Further variables of the template, such as <c>enable_thinking</c>. They replace special tokens of the same name. Variables with the
    /// names <c>messages</c>, <c>tools</c>, <c>documents</c> and <c>add_generation_prompt</c> are ignored. Null: none.
    /// </summary>
    public JsonObject? Variables { get; init; }
}
