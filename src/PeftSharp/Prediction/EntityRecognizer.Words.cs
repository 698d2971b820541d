using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <content>Texts that are already split into words.</content>
public sealed partial class EntityRecognizer
{
    /// <summary>Recognizes the entities of one text that is already split into words.</summary>
    /// <remarks>
    /// Corresponds to <c>is_split_into_words</c> of transformers' pipeline. Each word is tokenized separately
    /// (<see cref="Tokenizer.EncodeWords(IReadOnlyList{string}, IReadOnlyList{string}, bool, PaddingStrategy, TruncationStrategy, int?,
    /// int, int?, PaddingSide?, bool)"/>), as in a dataset that <c>TokenizeWords</c> has tokenized. <see cref="RecognizedEntity.Text"/>,
    /// <see cref="RecognizedEntity.Start"/> and <see cref="RecognizedEntity.End"/> refer to the text in which a blank separates the words;
    /// <see cref="RecognizedEntity.FirstWord"/> and <see cref="RecognizedEntity.LastWord"/> are the indices of words.
    /// </remarks>
    /// <param name="words">The words, without the white space between them.</param>
    /// <param name="aggregation">
    /// How token labels are combined into entities. Default <see cref="AggregationStrategy.Simple"/>; the default of transformers is
    /// <see cref="AggregationStrategy.None"/>.
    /// </param>
    /// <param name="ignoreLabels">
    /// Labels that are omitted from the result, as in <see cref="RecognizedEntity.Type"/>: <c>B-PER</c> if tokens are not combined,
    /// otherwise <c>PER</c>. Default: <c>O</c>.
    /// </param>
    /// <param name="stride">Number of tokens by which consecutive windows of a long text overlap. Default: a quarter of a window.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <returns>The entities, in the order of their positions.</returns>
    /// <exception cref="ArgumentException">
    /// A word is null; the text has no tokens; <paramref name="stride"/> is negative, or not less than the number of tokens of a window
    /// without special tokens; or the model has no such adapter.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// No word starts with a space, although the tokenizer joins words without a space between them. The tokenizers of Llama 3 and Qwen do
    /// so, and the tokenizers of GPT-2 and RoBERTa without <c>addPrefixSpace</c>.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    public IReadOnlyList<RecognizedEntity> RecognizeWords(
        IReadOnlyList<string> words, AggregationStrategy aggregation = AggregationStrategy.Simple,
        IReadOnlyCollection<string>? ignoreLabels = null, int? stride = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(words);
        return RecognizeWords([words], aggregation, ignoreLabels, stride, adapter: adapter)[0];
    }

    /// <summary>Recognizes the entities of several texts that are already split into words, in batches.</summary>
    /// <inheritdoc cref="RecognizeWords(IReadOnlyList{string}, AggregationStrategy, IReadOnlyCollection{string}, int?, string)"
    /// path="//remarks"/>
    /// <param name="words">The words of each text, without the white space between them.</param>
    /// <param name="aggregation">
    /// How token labels are combined into entities. Default <see cref="AggregationStrategy.Simple"/>; the default of transformers is
    /// <see cref="AggregationStrategy.None"/>.
    /// </param>
    /// <param name="ignoreLabels">
    /// Labels that are omitted from the result, as in <see cref="RecognizedEntity.Type"/>: <c>B-PER</c> if tokens are not combined,
    /// otherwise <c>PER</c>. Default: <c>O</c>.
    /// </param>
    /// <param name="stride">Number of tokens by which consecutive windows of a long text overlap. Default: a quarter of a window.</param>
    /// <param name="batchSize">Maximum number of texts or windows per batch. Default 32.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <param name="progress">
    /// Receives a report after each batch that completes at least one text. Null: progress is not reported.
    /// </param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>A list for each text, in the order of the texts, with the entities in the order of their positions.</returns>
    /// <exception cref="ArgumentException">
    /// A text or a word is null; a text has no tokens; <paramref name="stride"/> is negative, or not less than the number of tokens of a
    /// window without special tokens; <paramref name="batchSize"/> is less than 1; or the model has no such adapter.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// No word starts with a space, although the tokenizer joins words without a space between them. The tokenizers of Llama 3 and Qwen do
    /// so, and the tokenizers of GPT-2 and RoBERTa without <c>addPrefixSpace</c>.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<RecognizedEntity>> RecognizeWords(
        IReadOnlyList<IReadOnlyList<string>> words, AggregationStrategy aggregation = AggregationStrategy.Simple,
        IReadOnlyCollection<string>? ignoreLabels = null, int? stride = null, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        Tokenizer.RequireNoNull(words, nameof(words));
        var (limit, overlap) = Window(stride, adapter);
        var ignored = ignoreLabels ?? _outside;
        return Predict(words.Count, new PredictionCall(batchSize, adapter, progress, cancellationToken),
            (start, count) => Tokenizer.EncodeWords(
                [.. Enumerable.Range(start, count).Select(text => words[text])], truncation: limit is not null, maxLength: limit,
                stride: overlap, returnOverflowingTokens: true, cancellationToken: cancellationToken),
            (output, rows) => TokenScores(output, rows),
            (text, windows) =>
            {
                var starts = WordStarts(words[text]);
                var entities = Entities(string.Join(' ', words[text]), windows, aggregation, ignored, starts);
                return (IReadOnlyList<RecognizedEntity>)[.. entities.Select(entity => WithWords(entity, starts))];
            });
    }

    /// <summary>Recognizes the entities of several texts that are already split into words asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="RecognizeWords(IReadOnlyList{IReadOnlyList{string}}, AggregationStrategy, IReadOnlyCollection{string}, int?, int,
    /// string, IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<IReadOnlyList<RecognizedEntity>>> RecognizeWordsAsync(
        IReadOnlyList<IReadOnlyList<string>> words, AggregationStrategy aggregation = AggregationStrategy.Simple,
        IReadOnlyCollection<string>? ignoreLabels = null, int? stride = null, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(
            () => RecognizeWords(words, aggregation, ignoreLabels, stride, batchSize, adapter, progress, cancellationToken),
            cancellationToken);

    /// <summary>The position of each word in the text in which a blank separates the words.</summary>
    private static int[] WordStarts(IReadOnlyList<string> words)
    {
        var starts = new int[words.Count];
        for (var word = 1; word < starts.Length; word++) starts[word] = starts[word - 1] + words[word - 1].Length + 1;
        return starts;
    }

    /// <summary>Adds the indices of the first and the last word to an entity.</summary>
    private static RecognizedEntity WithWords(RecognizedEntity entity, int[] starts)
    {
        return entity with { FirstWord = WordAt(entity.Start), LastWord = WordAt(Math.Max(entity.Start, entity.End - 1)) };

        int WordAt(int position)
        {
            var found = Array.BinarySearch(starts, position);
            return found >= 0 ? found : ~found - 1;
        }
    }
}
