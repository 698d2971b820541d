using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Tokenizes datasets of conversations: <c>dataset.ApplyChatTemplate(tokenizer, "messages")</c>.</summary>
public static class ChatTemplateExtensions
{
    private const int Ignored = -100;

    /// <summary>
    /// Replaces a column of conversations by <c>input_ids</c>, <c>attention_mask</c> and <c>labels</c> for supervised fine-tuning. By
    /// default, the labels are the tokens of the assistant's messages, and -100 elsewhere, so that the model learns to answer but not to
    /// ask.
    /// </summary>
    /// <remarks>
    /// <para>
    /// If the template has the tag <c>{% generation %}</c>, the tokens of an assistant's message are the tokens that the tag encloses.
    /// Otherwise, they begin after the generation prompt and include the end of the message, so that the model learns to stop. Corresponds
    /// to <c>assistant_only_loss</c> in trl.
    /// </para>
    /// <para>
    /// Fields that are null are not passed to the template, because a dataset contains null for each field that a message does not have.
    /// Rows are not padded; use <c>DataCollatorWithPadding</c>, which the trainer uses by default if its tokenizer has a
    /// padding token.
    /// </para>
    /// </remarks>
    /// <param name="dataset">The dataset.</param>
    /// <param name="tokenizer">The tokenizer of the model, with a chat template.</param>
    /// <param name="messagesColumn">
    /// The column with the conversations: lists of structs with <c>role</c> and <c>content</c>, or JSON texts. Default <c>messages</c>.
    /// </param>
    /// <param name="toolsColumn">
    /// The column with the tools of each conversation: a list of structs, or the JSON text of a list. Null: none.
    /// </param>
    /// <param name="options">Options of rendering, such as the template and its variables. Null: the defaults.</param>
    /// <param name="assistantOnlyLoss">
    /// Whether only the tokens of the assistant's messages are labels, and all other labels are -100. Default true. False: every token is
    /// a label.
    /// </param>
    /// <param name="maxLength">Maximum number of tokens per row. Default: the limit of the tokenizer.</param>
    /// <param name="truncation">Whether a row with too many tokens is truncated. By default, it is if there is a maximum length.</param>
    /// <param name="numProc">The number of threads. Default 1.</param>
    /// <param name="progress">Receives a report after every batch of rows. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch of rows.</param>
    /// <returns>The dataset without the columns of messages and tools; other columns are kept.</returns>
    /// <exception cref="DatasetException">
    /// A column does not exist or does not contain conversations or tools, a conversation has no message of the assistant although
    /// <paramref name="assistantOnlyLoss"/> is true, or the template failed; the message contains the rows of the batch.
    /// </exception>
    /// <exception cref="ArgumentException">The options request a generation prompt or continue the last message.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numProc"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">The tokenizer has no chat template.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Dataset ApplyChatTemplate(
        this Dataset dataset, Tokenizer tokenizer, string messagesColumn = "messages", string? toolsColumn = null,
        ChatTemplateOptions? options = null, bool assistantOnlyLoss = true, int? maxLength = null, TruncationStrategy? truncation = null,
        int numProc = 1, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(messagesColumn);
        options ??= new ChatTemplateOptions();
        if (options.AddGenerationPrompt || options.ContinueFinalMessage)
            throw new ArgumentException("AddGenerationPrompt and ContinueFinalMessage are for generating text, not for training.",
                nameof(options));
        tokenizer.RequireChatTemplate(options);
        string[] columns = toolsColumn is null ? [messagesColumn] : [messagesColumn, toolsColumn];
        foreach (var column in columns)
            _ = dataset[column];                                // throws if the column does not exist
        var hasLimit = (maxLength ?? tokenizer.ModelMaxLength) is not null;
        var cut = truncation ?? (hasLimit ? TruncationStrategy.LongestFirst : TruncationStrategy.DoNotTruncate);
        return dataset.Map(
            batch =>
            {
                var rows = Enumerable.Range(0, batch.RowCount).Select(row => EncodeRow(
                    tokenizer, batch[messagesColumn][row], toolsColumn is null ? null : batch[toolsColumn][row], options, assistantOnlyLoss,
                    cut, maxLength)).ToArray();
                return new Dictionary<string, Array>
                {
                    ["input_ids"] = Array.ConvertAll(rows, row => row.Ids),
                    ["attention_mask"] = Array.ConvertAll(rows, row => row.AttentionMask),
                    ["labels"] = Array.ConvertAll(rows, row => Labels(row, assistantOnlyLoss)),
                };
            },
            batched: true, batchSize: 100, removeColumns: columns, numProc: numProc, progress: progress,
            cancellationToken: cancellationToken);
    }

    /// <summary>Tokenizes every split.</summary>
    /// <inheritdoc cref="ApplyChatTemplate(Dataset, Tokenizer, string, string, ChatTemplateOptions, bool, int?, TruncationStrategy?, int,
    /// IProgress{MapProgress}, CancellationToken)"/>
    public static DatasetDict ApplyChatTemplate(
        this DatasetDict dataset, Tokenizer tokenizer, string messagesColumn = "messages", string? toolsColumn = null,
        ChatTemplateOptions? options = null, bool assistantOnlyLoss = true, int? maxLength = null, TruncationStrategy? truncation = null,
        int numProc = 1, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetDict(dataset.Select(split => KeyValuePair.Create(split.Key, split.Value.ApplyChatTemplate(
            tokenizer, messagesColumn, toolsColumn, options, assistantOnlyLoss, maxLength, truncation, numProc, progress,
            cancellationToken))));
    }

    /// <summary>Creates a dataset from conversations, with the column <c>messages</c>: lists of structs with the fields of the messages.
    /// </summary>
    /// <param name="conversations">The messages of each conversation.</param>
    /// <exception cref="DatasetException">A field has different types in different messages.</exception>
    public static Dataset ToDataset(this IEnumerable<IReadOnlyList<ChatMessage>> conversations)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        return Dataset.FromList(conversations.Select(messages => new Dictionary<string, object?>
        {
            ["messages"] = messages.Select(message => ToObject(message.ToJson())).ToArray(),
        }));
    }

    private static TextEncoding EncodeRow(
        Tokenizer tokenizer, object? messages, object? tools, ChatTemplateOptions options, bool assistantOnlyLoss,
        TruncationStrategy truncation, int? maxLength)
    {
        var conversation = ChatMessage.ListFromJson(ToJson(messages));
        if (assistantOnlyLoss && conversation.All(message => message.Role != "assistant"))
            throw new ArgumentException("The conversation has no message with the role 'assistant', so there is nothing to learn. Remove "
                + "the row, or pass assistantOnlyLoss: false.", nameof(messages));
        if (ToJson(tools) is { } given)
            options = options with
            {
                Tools = given as JsonArray ?? throw new ArgumentException(
                    "The tools are not a list. Each row needs a list of JSON objects, one for each tool.", nameof(tools)),
            };
        return assistantOnlyLoss
            ? tokenizer.EncodeAnswers(conversation, options, truncation, maxLength)
            : tokenizer.ApplyChatTemplate(conversation, options, truncation: truncation, maxLength: maxLength);
    }

    private static int[] Labels(TextEncoding row, bool assistantOnlyLoss)
    {
        var labels = (int[])row.Ids.Clone();
        for (var i = 0; i < labels.Length && assistantOnlyLoss; i++)
            if (row.AssistantMask![i] == 0)
                labels[i] = Ignored;
        return labels;
    }

    private static object? ToObject(JsonNode? node) => node switch
    {
        null => null,
        JsonObject fields => fields.ToDictionary(field => field.Key, field => ToObject(field.Value)),
        JsonArray items => items.Select(ToObject).ToArray(),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => node.GetValue<string>(),
            JsonValueKind.Number => node.AsValue().TryGetValue(out long integer) ? (object)integer : node.GetValue<double>(),
            var kind => kind == JsonValueKind.True,
        },
    };

    /// <summary>Converts the value of a column to JSON. Fields of structs that are null are omitted.</summary>
    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        string text when text.AsSpan().TrimStart() is ['[' or '{', ..] => Parse(text),
        _ => Convert(value),
    };

    private static JsonNode? Parse(string text)
    {
        try
        {
            return PythonJson.Loads(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException error)
        {
            throw new ArgumentException($"The text is not valid JSON: {error.Message}", nameof(text), error);
        }
    }

    private static JsonNode? Convert(object? value)
    {
        switch (value)
        {
            case null:
                return null;
            case string text:
                return JsonValue.Create(text);
            case bool flag:
                return JsonValue.Create(flag);
            case double or float or Half:
                return JsonValue.Create(System.Convert.ToDouble(value is Half half ? (double)half : value, CultureInfo.InvariantCulture));
            case IEnumerable<KeyValuePair<string, object?>> fields:
                return new JsonObject(fields.Where(field => field.Value is not null)
                    .Select(field => KeyValuePair.Create(field.Key, Convert(field.Value))));
            case IEnumerable items:
                return new JsonArray([.. items.Cast<object?>().Select(Convert)]);
            default:
                return value is IConvertible number && number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.UInt64
                    ? JsonValue.Create(number.ToInt64(CultureInfo.InvariantCulture))
                    : JsonValue.Create(System.Convert.ToString(value, CultureInfo.InvariantCulture));
        }
    }
}
