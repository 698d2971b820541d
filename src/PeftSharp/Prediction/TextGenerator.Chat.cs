using System.Runtime.CompilerServices;
using PeftSharp.Generation;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <content>Answers to conversations.</content>
public sealed partial class TextGenerator
{
    /// <summary>Generates the assistant's answer to a conversation.</summary>
    /// <remarks>
    /// <para>
    /// Corresponds to <c>pipeline("text-generation")(messages)</c> in transformers. The chat template of the tokenizer converts the
    /// messages to tokens, to which no special tokens are added. If the last message is the assistant's, the model continues it.
    /// </para>
    /// <para>
    /// Unless <see cref="GenerationConfig.EosTokenId"/> is set in the options, generation stops at the
    /// end-of-sequence tokens of the model and at the special token that ends an assistant's message in the template, such as
    /// <c>&lt;|im_end|&gt;</c>.
    /// </para>
    /// <code>
    /// using var generator = TextGenerator.FromPretrained("Qwen2.5-0.5B-Instruct");
    /// Console.WriteLine(generator.Chat([new("user", "What is the capital of France?")]).Content);
    /// </code>
    /// </remarks>
    /// <param name="messages">The messages of the conversation.</param>
    /// <param name="options">
    /// Options of the call, such as the adapter and the seed. A value that is not set is taken from the model, then from the defaults of
    /// transformers' <c>text-generation</c> pipeline.
    /// </param>
    /// <param name="template">
    /// Tools, documents and variables of the chat template. Null: none. By default, the last message is continued if it is the assistant's;
    /// <see cref="ChatTemplateOptions.AddGenerationPrompt"/> and <see cref="ChatTemplateOptions.ContinueFinalMessage"/> override this.
    /// </param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>
    /// A message of the role <c>assistant</c> with the generated text; or, if the last message was continued, the last message with the
    /// generated text appended.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The conversation is empty, its last message cannot be continued, the options are invalid, or several sequences are requested.
    /// </exception>
    /// <exception cref="ChatTemplateException">
    /// The template is invalid or not supported, it failed, or it rejected the messages.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The tokenizer has no chat template, the options exclude all tokens, the logits of the model are not finite, or an adapter is
    /// selected while an adapter is merged.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    [OverloadResolutionPriority(1)]                         // for Chat([new("user", "…")]), which could also be a list of conversations
    public ChatMessage Chat(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, ChatTemplateOptions? template = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Chat([messages], options, template, batchSize: 1, cancellationToken: cancellationToken) is [var only] ? only
            : throw new ArgumentException("NumReturnSequences requests several sequences. Pass a list of conversations: "
            + "that overload returns all sequences.", nameof(options));
    }

    /// <summary>Generates the assistant's answers to several conversations, in batches.</summary>
    /// <param name="conversations">The messages of each conversation.</param>
    /// <param name="options">
    /// Options of the call, such as the adapter and the seed; the seed of each batch is computed from this seed. A value that is not set is
    /// taken from the model, then from the defaults of transformers' <c>text-generation</c> pipeline.
    /// </param>
    /// <param name="template">
    /// Tools, documents and variables of the chat template. Null: none. By default, the last message of a conversation is continued if it
    /// is the assistant's; <see cref="ChatTemplateOptions.AddGenerationPrompt"/> and
    /// <see cref="ChatTemplateOptions.ContinueFinalMessage"/> override this.
    /// </param>
    /// <param name="batchSize">Maximum number of conversations per batch. Default 8.</param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>
    /// One message per conversation, in the order of the conversations. If <see cref="GenerationConfig.NumReturnSequences"/> is greater
    /// than 1, the result contains that number of consecutive messages for each conversation.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A conversation is empty, its last message cannot be continued, the options are invalid, or <paramref name="batchSize"/> is less than
    /// 1.
    /// </exception>
    /// <exception cref="ChatTemplateException">
    /// The template is invalid or not supported, it failed, or it rejected the messages.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The tokenizer has no chat template, the options exclude all tokens, the logits of the model are not finite, or an adapter is
    /// selected while an adapter is merged.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<ChatMessage> Chat(
        IReadOnlyList<IReadOnlyList<ChatMessage>> conversations, GenerationOptions? options = null, ChatTemplateOptions? template = null,
        int batchSize = 8, IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        RequireOpen();
        ChatTemplateOptions[] templates = [.. conversations.Select(messages => ForAnswer(messages, template))];
        TextEncoding[] prompts = [.. conversations.Zip(templates, (messages, each) =>
            Tokenizer.ApplyChatTemplate(messages, each, truncation: false))];
        var texts = Continue(prompts, UntilAnswersEnd(options, conversations, templates), batchSize, progress, cancellationToken);
        return [.. texts.SelectMany((ofConversation, i) => ofConversation.Select(text =>
            templates[i].ContinueFinalMessage ? conversations[i][^1].Append(text) : new ChatMessage("assistant", text)))];
    }

    /// <summary>Generates the assistant's answer to a conversation asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Chat(IReadOnlyList{ChatMessage}, GenerationOptions, ChatTemplateOptions, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public Task<ChatMessage> ChatAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, ChatTemplateOptions? template = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Chat(messages, options, template, cancellationToken), cancellationToken);

    /// <summary>Generates the assistant's answers to several conversations asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Chat(IReadOnlyList{IReadOnlyList{ChatMessage}}, GenerationOptions, ChatTemplateOptions, int,
    /// IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<ChatMessage>> ChatAsync(
        IReadOnlyList<IReadOnlyList<ChatMessage>> conversations, GenerationOptions? options = null, ChatTemplateOptions? template = null,
        int batchSize = 8, IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Chat(conversations, options, template, batchSize, progress, cancellationToken), cancellationToken);

    /// <summary>
    /// Generates the assistant's answer to a conversation as a stream of text. If the last message is continued, the stream contains only
    /// the new text.
    /// </summary>
    /// <inheritdoc cref="Chat(IReadOnlyList{ChatMessage}, GenerationOptions, ChatTemplateOptions, CancellationToken)"
    /// path="//param|//exception"/>
    /// <returns>Non-empty pieces of the text, which consist of complete characters.</returns>
    public IAsyncEnumerable<string> ChatStreamAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, ChatTemplateOptions? template = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        RequireOpen();
        var forAnswer = ForAnswer(messages, template);
        var prompt = Tokenizer.ApplyChatTemplate(messages, forAnswer, truncation: false);
        return Stream(prompt, UntilAnswersEnd(options, [messages], [forAnswer]), cancellationToken);
    }

    /// <summary>Sets the options for the end of the prompt as transformers' pipeline does, unless the caller has set one of them.</summary>
    private static ChatTemplateOptions ForAnswer(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions? asked)
    {
        asked ??= new ChatTemplateOptions();
        if (asked.AddGenerationPrompt || asked.ContinueFinalMessage) return asked;
        var continues = messages is [.., { Role: "assistant" }];
        return asked with { AddGenerationPrompt = !continues, ContinueFinalMessage = continues };
    }

    /// <summary>Adds the tokens with which an answer ends in the template to the end-of-sequence tokens of the model.</summary>
    private GenerationOptions UntilAnswersEnd(
        GenerationOptions? asked, IReadOnlyList<IReadOnlyList<ChatMessage>> conversations, IReadOnlyList<ChatTemplateOptions> templates)
    {
        asked ??= new GenerationOptions();
        if (asked.EosTokenId is not null) return asked;
        var ofTemplate = conversations.Zip(templates, Tokenizer.FindAnswerEnd).OfType<int>();
        int[] ends = [.. (Model.GenerationConfig.EosTokenId ?? []).Concat(ofTemplate).Distinct()];
        return ends.Length == 0 ? asked : asked with { EosTokenId = ends };
    }
}
