using System.Runtime.CompilerServices;

namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>
    /// The chat template: a Jinja template that converts messages to text in the format that the model was trained with. Null if the
    /// tokenizer has no default chat template. <see cref="ChatTemplates"/> contains all templates.
    /// </summary>
    public string? ChatTemplate
    {
        get => _config.ChatTemplates.GetValueOrDefault(TokenizerConfig.DefaultChatTemplate);
        set
        {
            if (value is null)
                _config.ChatTemplates.Remove(TokenizerConfig.DefaultChatTemplate);
            else
                _config.ChatTemplates[TokenizerConfig.DefaultChatTemplate] = value;
        }
    }

    /// <summary>
    /// All chat templates by name: <c>default</c>, and others such as <c>tool_use</c>, which is used if tools are passed. They come from
    /// <c>chat_template.jinja</c> and <c>additional_chat_templates</c>, or from the field <c>chat_template</c> of
    /// <c>tokenizer_config.json</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> ChatTemplates => _config.ChatTemplates;

    /// <summary>
    /// Converts a conversation to text with the chat template: <c>apply_chat_template(…, tokenize=False)</c> in Python. The text contains
    /// the special tokens, so encode it with <c>addSpecialTokens: false</c>.
    /// </summary>
    /// <param name="messages">The messages of the conversation.</param>
    /// <param name="options">
    /// Options of rendering, such as the tools and whether a prompt for an answer is added. Null: the defaults.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The conversation is empty, its last message cannot be continued, or options contradict each other.
    /// </exception>
    /// <exception cref="ChatTemplateException">
    /// The template is invalid or not supported, it failed, or it rejected the messages.
    /// </exception>
    /// <exception cref="InvalidOperationException">The tokenizer has no chat template.</exception>
    [OverloadResolutionPriority(1)]                   // for [new("user", "…")], which could also be a list of conversations
    public string RenderChatTemplate(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return NewRenderer(options).Render(messages).Text;
    }

    /// <summary>Converts several conversations to texts with the chat template.</summary>
    /// <param name="conversations">The messages of each conversation.</param>
    /// <param name="options">
    /// Options of rendering, such as the tools and whether a prompt for an answer is added. Null: the defaults.
    /// </param>
    /// <inheritdoc cref="RenderChatTemplate(IReadOnlyList{ChatMessage}, ChatTemplateOptions)" path="//exception"/>
    public IReadOnlyList<string> RenderChatTemplate(
        IReadOnlyList<IReadOnlyList<ChatMessage>> conversations, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        var renderer = NewRenderer(options);
        return [.. conversations.Select(messages => renderer.Render(messages).Text)];
    }

    /// <summary>
    /// Converts a conversation to tokens with the chat template: <c>apply_chat_template</c> in Python. Only the special tokens of the
    /// template are added.
    /// </summary>
    /// <param name="messages">The messages of the conversation.</param>
    /// <param name="options">
    /// Options of rendering, such as the tools and whether a prompt for an answer is added. Null: the defaults.
    /// </param>
    /// <param name="padding">
    /// Whether to pad to <paramref name="maxLength"/> (<see cref="PaddingStrategy.MaxLength"/>). The value <c>true</c>, the longest row,
    /// has no effect on one conversation. Default: no padding.
    /// </param>
    /// <param name="truncation">
    /// Whether to truncate to <paramref name="maxLength"/>. By default, tokens are truncated if <paramref name="maxLength"/> is given
    /// without padding, and not otherwise.
    /// </param>
    /// <param name="maxLength">The number of tokens to truncate or pad to. Default <see cref="ModelMaxLength"/>.</param>
    /// <param name="returnAssistantTokensMask">
    /// Whether to set <see cref="TextEncoding.AssistantMask"/>: 1 for the tokens that the template encloses in <c>{% generation %}</c>. The
    /// template must contain that tag. Default false.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The conversation is empty, its last message cannot be continued, the template has no tag <c>generation</c> although the mask is
    /// requested, padding is requested but the tokenizer has no padding token, or options contradict each other.
    /// </exception>
    /// <exception cref="ChatTemplateException">
    /// The template is invalid or not supported, it failed, or it rejected the messages.
    /// </exception>
    /// <exception cref="InvalidOperationException">The tokenizer has no chat template.</exception>
    /// <exception cref="TokenizerException">
    /// Truncation of a second text is requested, or the text requires an unknown token that is not in the vocabulary.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public TextEncoding ApplyChatTemplate(
        IReadOnlyList<ChatMessage> messages, ChatTemplateOptions? options = null, PaddingStrategy padding = default,
        TruncationStrategy truncation = default, int? maxLength = null, bool returnAssistantTokensMask = false)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return ApplyChatTemplate([messages], options, padding, truncation, maxLength, returnAssistantTokensMask).Encodings[0];
    }

    /// <summary>Converts several conversations to tokens with the chat template, in parallel.</summary>
    /// <param name="conversations">The messages of each conversation.</param>
    /// <param name="options">
    /// Options of rendering, such as the tools and whether a prompt for an answer is added. Null: the defaults.
    /// </param>
    /// <param name="padding">
    /// Whether to pad to the longest row (<c>true</c>) or to <paramref name="maxLength"/> (<see cref="PaddingStrategy.MaxLength"/>).
    /// Default: no padding.
    /// </param>
    /// <param name="truncation">
    /// Whether to truncate to <paramref name="maxLength"/>. By default, tokens are truncated if <paramref name="maxLength"/> is given
    /// without padding, and not otherwise.
    /// </param>
    /// <param name="maxLength">The number of tokens to truncate or pad to. Default <see cref="ModelMaxLength"/>.</param>
    /// <param name="returnAssistantTokensMask">
    /// Whether to include the column <c>assistant_masks</c>: 1 for the tokens that the template encloses in <c>{% generation %}</c>. The
    /// template must contain that tag. Default false.
    /// </param>
    /// <param name="cancellationToken">Checked while conversations are converted.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    /// <inheritdoc cref="ApplyChatTemplate(IReadOnlyList{ChatMessage}, ChatTemplateOptions, PaddingStrategy, TruncationStrategy, int?,
    /// bool)" path="//exception"/>
    public BatchEncoding ApplyChatTemplate(
        IReadOnlyList<IReadOnlyList<ChatMessage>> conversations, ChatTemplateOptions? options = null, PaddingStrategy padding = default,
        TruncationStrategy truncation = default, int? maxLength = null, bool returnAssistantTokensMask = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        var renderer = NewRenderer(options);
        if (returnAssistantTokensMask && !renderer.HasGeneration)
            throw new ArgumentException("The chat template has no tag {% generation %}, which the mask of the assistant's tokens requires. "
                + "Use a template with that tag, or dataset.ApplyChatTemplate for training.", nameof(returnAssistantTokensMask));
        var rendered = new (string Text, IReadOnlyList<(int Start, int End)> Generated)[conversations.Count];
        ForEachRow(conversations.Count, i => rendered[i] = renderer.Render(conversations[i], returnAssistantTokensMask), cancellationToken);
        var batch = Encode([.. rendered.Select(row => row.Text)], addSpecialTokens: false, padding: padding, truncation: truncation,
            maxLength: maxLength, cancellationToken: cancellationToken);
        return returnAssistantTokensMask ? batch.WithAssistantMasks([.. rendered.Select(row => row.Generated)]) : batch;
    }

    /// <summary>Converts a conversation to tokens and finds the tokens of the assistant's messages, even if the template has no tag
    /// <c>generation</c>.
    /// </summary>
    /// <returns>The tokens, with <see cref="TextEncoding.AssistantMask"/>.</returns>
    internal TextEncoding EncodeAnswers(
        IReadOnlyList<ChatMessage> messages, ChatTemplateOptions options, TruncationStrategy truncation, int? maxLength)
    {
        var renderer = NewRenderer(options);
        var (text, ranges) = renderer.Render(messages, renderer.HasGeneration);
        if (!renderer.HasGeneration)
        {
            var prompts = NewRenderer(options with { AddGenerationPrompt = true });
            ranges = AssistantTokens.Find(messages, text, (part, isPrompt) => (isPrompt ? prompts : renderer).Render(part).Text);
        }
        return Encode(text, addSpecialTokens: false, truncation: truncation, maxLength: maxLength).WithAssistantMask(ranges);
    }

    /// <summary>
    /// Finds the special token that ends an assistant's answer in the chat template, such as <c>&lt;|im_end|&gt;</c>: renders the
    /// conversation with an answer, and reads what follows the answer. Some templates end it only if another message follows.
    /// </summary>
    /// <returns>The id; null if no special token follows the answer, or the template rejects a conversation with an answer.</returns>
    /// <exception cref="ChatTemplateException">The template is invalid or not supported, or failed.</exception>
    internal int? FindAnswerEnd(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions options)
    {
        const string Answer = "0123456789answer9876543210";
        ChatMessage[] before = [.. options.ContinueFinalMessage ? messages.Take(messages.Count - 1) : messages];
        var renderer = NewRenderer(options with { AddGenerationPrompt = false, ContinueFinalMessage = false });
        return Find([]) ?? Find([new ChatMessage("user", "?")]);

        int? Find(ChatMessage[] after)
        {
            string text;
            try
            {
                text = renderer.Render([.. before, new ChatMessage("assistant", Answer), .. after]).Text;
            }
            catch (ChatTemplateException error) when (error.Reason == ChatTemplateError.Raised)
            {
                return null;                                              // the template accepts the prompt, but no answer to it
            }
            var place = text.LastIndexOf(Answer, StringComparison.Ordinal);
            var following = place < 0 ? "" : text[(place + Answer.Length)..].TrimStart();
            var ids = following.Length == 0 ? [] : Encode(following, addSpecialTokens: false, truncation: false).Ids;
            return ids is [var first, ..] && _pipeline.Added.IsSpecial(first) ? first : null;
        }
    }

    /// <summary>Parses the template, so that an error is found before any conversation is converted.</summary>
    internal void RequireChatTemplate(ChatTemplateOptions options) => NewRenderer(options);

    private ChatRenderer NewRenderer(ChatTemplateOptions? options)
    {
        options ??= new ChatTemplateOptions();
        return new ChatRenderer(FindChatTemplate(options), SpecialTokensMap, options);
    }

    private string FindChatTemplate(ChatTemplateOptions options)
    {
        const string ForTools = "tool_use";
        if (options.ChatTemplate is { } nameOrTemplate)
            return ChatTemplates.GetValueOrDefault(nameOrTemplate, nameOrTemplate);
        if (options.Tools is not null && ChatTemplates.TryGetValue(ForTools, out var forTools))
            return forTools;
        return ChatTemplate ?? throw new InvalidOperationException(ChatTemplates.Count == 0
            ? "The tokenizer has no chat template; its model was probably not trained for conversations. Pass a template, or set "
                + "ChatTemplate."
            : "The tokenizer has no default chat template. Pass the name of one of its templates: "
                + $"{string.Join(", ", ChatTemplates.Keys)}.");
    }
}
