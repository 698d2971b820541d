using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>Recognizes entities (names, places, …) in texts with a token classification model.</summary>
/// <remarks>
/// <para>
/// Corresponds to the <c>token-classification</c> pipeline of transformers. Texts that exceed the maximum length of the model are processed
/// in overlapping windows, so that the entities of the whole text are found; transformers does this only if <c>stride</c> is set.
/// </para>
/// <code>
/// using var recognizer = EntityRecognizer.FromPretrained("my-model");
/// foreach (var entity in recognizer.Recognize("Anna lives in Paris.")) Console.WriteLine($"{entity.Type}: {entity.Text}");
/// </code>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public sealed partial class EntityRecognizer : Predictor
{
    private static readonly string[] _outside = ["O"];

    /// <summary>Creates a recognizer for an existing model, which is not disposed with this object.</summary>
    /// <param name="model">
    /// A token classification model, such as one loaded by <c>AutoModelForTokenClassification</c>, with or without adapters.
    /// </param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="logger">
    /// Receives warnings: the head has not been trained, or the tokenizer does not match the model. Null: warnings are written to the
    /// standard error stream.
    /// </param>
    /// <exception cref="ArgumentException">The model is not a token classification model.</exception>
    public EntityRecognizer(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (model.Objective is not TokenClassificationObjective)
            throw WrongTask(model, "token classification", nameof(AutoModelForTokenClassification));
    }

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="nameOrFolder">
    /// A folder in transformers' format with a token classification model; or the folder of an adapter whose configuration refers to its
    /// base model; or, if there is no such folder, the name of a model on the Hugging Face Hub.
    /// </param>
    /// <param name="adapterNameOrFolder">
    /// An adapter for the model in <paramref name="nameOrFolder"/>: a folder, or a name on the Hugging Face Hub. If the adapter contains a
    /// tokenizer, this tokenizer is used. Null: no adapter.
    /// </param>
    /// <param name="options">
    /// Options of loading, such as the data type and the device of the weights, the logger, and the names of the classes. Null: the
    /// defaults.
    /// </param>
    /// <param name="adapterRevision">
    /// Branch, tag or commit of the adapter, if the adapter is a name on the Hub. Null: <c>main</c>. The revision of the model is
    /// <see cref="PretrainedOptions.Revision"/> of the options.
    /// </param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <exception cref="ArgumentException"><paramref name="adapterRevision"/> is given without an adapter.</exception>
    /// <exception cref="CheckpointException">
    /// The folder or repository does not contain a model for this task, or the adapter does not match the model.
    /// </exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static EntityRecognizer FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Load(nameOrFolder, adapterNameOrFolder, adapterRevision, options, AutoModelForTokenClassification.FromPretrained,
            (model, tokenizer) => new EntityRecognizer(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>Loads a model and its tokenizer asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, string?, CancellationToken)" path="//param|//exception"/>
    public static Task<EntityRecognizer> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>Recognizes the entities of one text.</summary>
    /// <param name="text">The text.</param>
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
    /// The text has no tokens; <paramref name="stride"/> is negative, or not less than the number of tokens of a window without special
    /// tokens; or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    public IReadOnlyList<RecognizedEntity> Recognize(
        string text, AggregationStrategy aggregation = AggregationStrategy.Simple, IReadOnlyCollection<string>? ignoreLabels = null,
        int? stride = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Recognize([text], aggregation, ignoreLabels, stride, adapter: adapter)[0];
    }

    /// <summary>Recognizes the entities of several texts, in batches.</summary>
    /// <param name="texts">The texts.</param>
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
    /// A text is null or has no tokens; <paramref name="stride"/> is negative, or not less than the number of tokens of a window without
    /// special tokens; <paramref name="batchSize"/> is less than 1; or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<RecognizedEntity>> Recognize(
        IReadOnlyList<string> texts, AggregationStrategy aggregation = AggregationStrategy.Simple,
        IReadOnlyCollection<string>? ignoreLabels = null, int? stride = null, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireTexts(texts, nameof(texts));
        var (limit, overlap) = Window(stride, adapter);
        var ignored = ignoreLabels ?? _outside;
        return Predict(texts.Count, new PredictionCall(batchSize, adapter, progress, cancellationToken),
            (start, count) => Tokenizer.Encode(
                Slice(texts, start, count), truncation: limit is not null, maxLength: limit, stride: overlap, returnOverflowingTokens: true,
                cancellationToken: cancellationToken),
            (output, rows) => TokenScores(output, rows),
            (text, windows) => Entities(texts[text], windows, aggregation, ignored));
    }

    /// <summary>Recognizes the entities of several texts asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Recognize(IReadOnlyList{string}, AggregationStrategy, IReadOnlyCollection{string}, int?, int, string,
    /// IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<IReadOnlyList<RecognizedEntity>>> RecognizeAsync(
        IReadOnlyList<string> texts, AggregationStrategy aggregation = AggregationStrategy.Simple,
        IReadOnlyCollection<string>? ignoreLabels = null, int? stride = null, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Recognize(texts, aggregation, ignoreLabels, stride, batchSize, adapter, progress, cancellationToken), cancellationToken);

    /// <summary>Returns the maximum number of tokens of a window, and the number of tokens by which windows overlap.</summary>
    private (int? Limit, int Overlap) Window(int? stride, string? adapter)
    {
        var limit = MaxTokens(null, adapter);
        return (limit, stride ?? (limit - Tokenizer.NumSpecialTokensToAdd()) / 4 ?? 0);
    }

    private float[][][] TokenScores(ModelOutput output, IReadOnlyList<TextEncoding> rows)
    {
        var (labels, width) = (Model.Config.NumLabels, (int)output.Logits!.shape[1]);
        var values = Floats(output.Logits!);                                     // [rows, tokens, labels]
        return [.. rows.Select((row, index) => Enumerable.Range(0, row.Length).Select(token => Of(index, token)).ToArray())];

        float[] Of(int row, int token) => Probabilities.Softmax(values.AsSpan((row * width + token) * labels, labels));
    }

    private IReadOnlyList<RecognizedEntity> Entities(
        string text, IReadOnlyList<(TextEncoding Encoding, float[][] Scores)> windows, AggregationStrategy aggregation,
        IReadOnlyCollection<string> ignored, int[]? wordStarts = null)
    {
        var all = windows.SelectMany(window =>
            EntityGrouping.Entities(text, window.Encoding, window.Scores, aggregation, Tokenizer, LabelName, wordStarts));
        RecognizedEntity[] entities = [.. all.Where(entity => !ignored.Contains(entity.Type))];
        return windows.Count > 1 ? EntityGrouping.WithoutOverlaps(entities) : entities;
    }
}
