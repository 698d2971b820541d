using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>Finds entities in texts (names, places, …) by a model that labels tokens.</summary>
/// <remarks>
/// <para>transformers' <c>token-classification</c> pipeline. Longer texts than the model reads are read in windows that overlap, so no entity is lost; transformers does so only where <c>stride</c> is given.</para>
/// <code>
/// using var recognize = EntityRecognizer.FromPretrained("my-model");
/// foreach (var entity in recognize.Recognize("Anna lives in Paris.")) Console.WriteLine($"{entity.Type}: {entity.Text}");
/// </code>
/// <para>Thread safety: several threads can call one instance at once; disposing it needs exclusive use.</para>
/// </remarks>
public sealed class EntityRecognizer : Predictor
{
    private static readonly string[] _outside = ["O"];

    /// <summary>A recognizer of a model in memory, which is not disposed with this object.</summary>
    /// <param name="model">A token classifier, such as <c>AutoModelForTokenClassification</c> loads, with or without adapters.</param>
    /// <param name="tokenizer">The tokenizer that belongs to it.</param>
    /// <param name="logger">Told if the head was never trained. Null: only <see cref="Predictor.UntrainedWeights"/> tells.</param>
    /// <exception cref="ArgumentException">The model is not a token classifier.</exception>
    public EntityRecognizer(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (model.Objective is not TokenClassificationObjective) throw WrongTask(model, "the classification of tokens", nameof(AutoModelForTokenClassification));
    }

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="folder">A folder in transformers' format with a token classifier; or the folder of an adapter that names the folder of its base model.</param>
    /// <param name="adapterFolder">An adapter for the model in <paramref name="folder"/>. If a tokenizer was saved beside it, that tokenizer is used. Null: none.</param>
    /// <param name="options">Changes to the configuration, such as the names of the classes; type and device of the weights; the logger. Null: the defaults.</param>
    /// <param name="cancellationToken">Ends the loading early.</param>
    /// <exception cref="CheckpointException">A folder holds no such model, or the adapter does not fit.</exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static EntityRecognizer FromPretrained(string folder, string? adapterFolder = null, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Load(folder, adapterFolder, options, AutoModelForTokenClassification.FromPretrained, (model, tokenizer) => new EntityRecognizer(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>As <see cref="FromPretrained(string, string?, PretrainedOptions?, CancellationToken)"/>, on a thread of the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, CancellationToken)" path="//param|//exception"/>
    public static Task<EntityRecognizer> FromPretrainedAsync(string folder, string? adapterFolder = null, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(folder, adapterFolder, options, cancellationToken), cancellationToken);

    /// <summary>Finds the entities of one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="aggregation">How the labels of tokens become entities. Default <see cref="AggregationStrategy.Simple"/>; transformers' default is none.</param>
    /// <param name="ignoreLabels">Labels that are left out. Default: <c>O</c>.</param>
    /// <param name="stride">Number of tokens that two windows of a long text share. Default: a quarter of a window.</param>
    /// <param name="adapter">The adapter that answers, for a model with adapters; <c>__base__</c> is the base model. Default: the adapters of the current scope or of <c>SetAdapter</c>.</param>
    public IReadOnlyList<RecognizedEntity> Recognize(string text, AggregationStrategy aggregation = AggregationStrategy.Simple, IReadOnlyCollection<string>? ignoreLabels = null, int? stride = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Recognize([text], aggregation, ignoreLabels, stride, adapter: adapter)[0];
    }

    /// <summary>Finds the entities of many texts, in batches.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="aggregation">How the labels of tokens become entities. Default <see cref="AggregationStrategy.Simple"/>; transformers' default is none.</param>
    /// <param name="ignoreLabels">Labels that are left out. Default: <c>O</c>.</param>
    /// <param name="stride">Number of tokens that two windows of a long text share. Default: a quarter of a window.</param>
    /// <param name="batchSize">Maximum number of texts or windows that are computed at once. Default 32.</param>
    /// <param name="adapter">The adapter that answers, for a model with adapters; <c>__base__</c> is the base model. Default: the adapters of the current scope or of <c>SetAdapter</c>.</param>
    /// <param name="progress">Told the number of texts that are done, after each batch.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The entities of each text, in the order of the texts and of their places.</returns>
    /// <exception cref="ArgumentException">A text is null or has no tokens, or <paramref name="stride"/> is not less than a window.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<RecognizedEntity>> Recognize(IReadOnlyList<string> texts, AggregationStrategy aggregation = AggregationStrategy.Simple, IReadOnlyCollection<string>? ignoreLabels = null,
        int? stride = null, int batchSize = 32, string? adapter = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireTexts(texts, nameof(texts));
        var limit = MaxTokens(null, adapter);
        var overlap = stride ?? (limit - Tokenizer.NumSpecialTokensToAdd()) / 4 ?? 0;
        var ignored = ignoreLabels ?? _outside;
        return Predict(texts.Count, new PredictionCall(batchSize, adapter, progress, cancellationToken),
            (start, count) => Tokenizer.Encode(Slice(texts, start, count), truncation: limit is not null, maxLength: limit, stride: overlap, returnOverflowingTokens: true, cancellationToken: cancellationToken),
            (output, rows) => TokenScores(output, rows),
            (text, windows) => Entities(texts[text], windows, aggregation, ignored));
    }

    /// <summary>Finds the entities of many texts on the thread pool.</summary>
    /// <inheritdoc cref="Recognize(IReadOnlyList{string}, AggregationStrategy, IReadOnlyCollection{string}, int?, int, string, IProgress{int}, CancellationToken)"/>
    public Task<IReadOnlyList<IReadOnlyList<RecognizedEntity>>> RecognizeAsync(IReadOnlyList<string> texts, AggregationStrategy aggregation = AggregationStrategy.Simple, IReadOnlyCollection<string>? ignoreLabels = null,
        int? stride = null, int batchSize = 32, string? adapter = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Recognize(texts, aggregation, ignoreLabels, stride, batchSize, adapter, progress, cancellationToken), cancellationToken);

    private float[][][] TokenScores(ModelOutput output, IReadOnlyList<TextEncoding> rows)
    {
        var (labels, width) = (Model.Config.NumLabels, (int)output.Logits!.shape[1]);
        var values = Floats(output.Logits!);                                     // [rows, tokens, labels]
        return [.. rows.Select((row, index) => Enumerable.Range(0, row.Length).Select(token => Probabilities.Softmax(values.AsSpan((index * width + token) * labels, labels))).ToArray())];
    }

    private IReadOnlyList<RecognizedEntity> Entities(string text, IReadOnlyList<(TextEncoding Encoding, float[][] Scores)> windows, AggregationStrategy aggregation, IReadOnlyCollection<string> ignored)
    {
        RecognizedEntity[] entities = [.. windows.SelectMany(window => EntityGrouping.Entities(text, window.Encoding, window.Scores, aggregation, Tokenizer, LabelName)).Where(entity => !ignored.Contains(entity.Type))];
        return windows.Count > 1 ? EntityGrouping.WithoutOverlaps(entities) : entities;
    }
}
