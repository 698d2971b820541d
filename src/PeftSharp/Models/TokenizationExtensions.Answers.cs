using PeftSharp.Data;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <content>Tokenizes datasets for question answering.</content>
public static partial class TokenizationExtensions
{
    private static readonly string[] _answerNames = ["answers", "answer"];

    /// <summary>
    /// Converts questions, texts and answers to the columns that a question answering model reads: <c>input_ids</c>,
    /// <c>attention_mask</c>, <c>start_positions</c> and <c>end_positions</c> (the first and the last token of the answer), and
    /// <c>token_type_ids</c> for models with token types.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A text that is too long is divided into overlapping windows; each window becomes a row. If a window does not contain the whole
    /// answer, or the question has no answer, both positions are the position of the classification token (0 if the tokenizer has no such
    /// token). Corresponds to <c>prepare_train_features</c> of transformers' examples.
    /// </para>
    /// <para>
    /// The start of an answer in SQuAD's format can be counted in UTF-16 code units, as in C#, or in code points, as in Python. The library
    /// tries both in this order, and uses the first position at which the text contains the answer.
    /// </para>
    /// </remarks>
    /// <param name="dataset">The dataset.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="questionColumn">The column with the questions. Default <c>question</c>.</param>
    /// <param name="contextColumn">The column with the texts that contain the answers. Default <c>context</c>.</param>
    /// <param name="answerColumn">
    /// The column with the answers, in one of two formats. Strings: each occurs in its text, and its first occurrence is used; an empty
    /// string or null means that there is no answer. SQuAD's format: structs with the lists <c>text</c> and <c>answer_start</c>, whose
    /// first entries are used; empty lists mean that there is no answer. Null: <c>answers</c> or <c>answer</c>.
    /// </param>
    /// <param name="maxLength">
    /// Maximum number of tokens of question and text together. Default 384, or the limit of the tokenizer if that is smaller.
    /// </param>
    /// <param name="stride">
    /// Number of tokens by which consecutive windows overlap. Default 128, or half of <paramref name="maxLength"/> if that is smaller.
    /// </param>
    /// <param name="cacheFolder">
    /// A folder in which the tokens are stored. The files are mapped into memory, so the tokens can be larger than the main memory.
    /// A later call reads the stored tokens if the questions, texts and answers, the tokenizer, the arguments and the version of this
    /// library are the same. Default null: the tokens are kept in memory. See <see cref="MapCache"/>.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch of 1,000 rows.</param>
    /// <returns>The tokenized dataset; all original columns are removed.</returns>
    /// <exception cref="DatasetException">
    /// A column does not exist or has another type, or an answer does not occur in its text. The message contains the name of the
    /// column and, for an answer, the row.
    /// </exception>
    /// <exception cref="TokenizerException">A question leaves no tokens for its text.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="maxLength"/> has no room for special tokens, or <paramref name="stride"/> is negative or too large.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// <paramref name="cacheFolder"/> is given, but the tokenizer is from <see cref="Tokenizer.FromBackend"/>, whose content is unknown.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Dataset TokenizeAnswers(
        this Dataset dataset, Tokenizer tokenizer, string questionColumn = "question", string contextColumn = "context",
        string? answerColumn = null, int? maxLength = null, int? stride = null, string? cacheFolder = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        IReadOnlyList<string?> answerNames = answerColumn is null ? _answerNames : [answerColumn];
        var question = TextColumn(
            dataset, questionColumn, $"{nameof(TokenizeAnswers)}(tokenizer, questionColumn: ", [contextColumn, .. answerNames]);
        var context = TextColumn(
            dataset, contextColumn, $"{nameof(TokenizeAnswers)}(tokenizer, contextColumn: ", [question, .. answerNames]);
        var answer = ColumnNames.Find(
            dataset, answerColumn ?? _answerNames.FirstOrDefault(name => ColumnNames.TryFind(dataset, name) is not null, "answers"));
        var limit = maxLength ?? Math.Min(tokenizer.ModelMaxLength ?? 384, 384);
        var overlap = stride ?? Math.Min(limit / 2, 128);
        var cache = TokenizerCache.Of(cacheFolder, tokenizer, nameof(TokenizeAnswers), [question, context, answer],
            ("max_length", limit), ("stride", overlap));
        // Answers are located before the first row is tokenized; with a cache, only if there is no stored result.
        var answers = new Lazy<(int Start, int End)?[]>(() => AnswerPositions.Of(dataset[answer], dataset[context]));
        if (cache is null) _ = answers.Value;
        var isQuestionFirst = tokenizer.PaddingSide == PaddingSide.Right;
        return Encode(dataset, dataset.ColumnNames, batch =>
        {
            var (first, second) = (batch.GetStrings(question), batch.GetStrings(context));
            if (!isQuestionFirst) (first, second) = (second, first);
            var encoding = tokenizer.Encode(first, second, maxLength: limit, stride: overlap,
                truncation: isQuestionFirst ? TruncationStrategy.OnlySecond : TruncationStrategy.OnlyFirst,
                returnOverflowingTokens: true, cancellationToken: cancellationToken);
            var spans = encoding.Encodings.Select((window, index) => AnswerTokens(
                window, answers.Value[batch.Start + encoding.OverflowToSampleMapping![index]], isQuestionFirst ? 1 : 0,
                tokenizer.ClsTokenId)).ToArray();
            return new Dictionary<string, Array>(encoding.ToColumns().Where(column => tokenizer.ModelInputNames.Contains(column.Key)))
            {
                ["start_positions"] = Array.ConvertAll(spans, span => span.First),
                ["end_positions"] = Array.ConvertAll(spans, span => span.Last),
            };
        }, cache, progress, cancellationToken);
    }

    /// <summary>Tokenizes every split.</summary>
    /// <inheritdoc cref="TokenizeAnswers(Dataset, Tokenizer, string, string, string, int?, int?, string,
    /// IProgress{MapProgress}, CancellationToken)"/>
    public static DatasetDict TokenizeAnswers(
        this DatasetDict dataset, Tokenizer tokenizer, string questionColumn = "question", string contextColumn = "context",
        string? answerColumn = null, int? maxLength = null, int? stride = null, string? cacheFolder = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetDict(dataset.Select(split => KeyValuePair.Create(split.Key, split.Value.TokenizeAnswers(
            tokenizer, questionColumn, contextColumn, answerColumn, maxLength, stride, cacheFolder, progress, cancellationToken))));
    }

    /// <summary>The first and the last token of an answer; the classification token if the window does not contain all of it.</summary>
    private static (int First, int Last) AnswerTokens(
        TextEncoding window, (int Start, int End)? answer, int contextSequence, int? clsToken)
    {
        var none = Math.Max(clsToken is { } cls ? Array.IndexOf(window.Ids, cls) : 0, 0);
        if (answer is not var (start, end)) return (none, none);
        var (sequences, offsets) = (window.SequenceIds, window.Offsets);
        int[] context = [.. Enumerable.Range(0, window.Length).Where(token => sequences[token] == contextSequence)];
        int[] tokens = [.. context.Where(token => offsets[token].End > start && offsets[token].Start < end)];
        // A window that begins or ends within the answer does not contain all of it.
        return tokens.Length > 0 && offsets[context[0]].Start <= start && offsets[context[^1]].End >= end
            ? (tokens[0], tokens[^1])
            : (none, none);
    }
}
