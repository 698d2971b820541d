using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>Classifies texts or text pairs with a sequence classification model: single-label, multi-label or regression.</summary>
/// <remarks>
/// <para>Corresponds to the <c>text-classification</c> pipeline of transformers.</para>
/// <code>
/// using var classifier = TextClassifier.FromPretrained("my-model");
/// foreach (var result in classifier.Classify(texts)) Console.WriteLine($"{result.Label} {result.Score:F3}");
/// </code>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public sealed class TextClassifier : Predictor
{
    /// <summary>Creates a classifier for an existing model, which is not disposed with this object.</summary>
    /// <param name="model">
    /// A sequence classification model, such as one loaded by <c>AutoModelForSequenceClassification</c>, with or without adapters.
    /// </param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="logger">
    /// Receives warnings: the head has not been trained, or the tokenizer does not match the model. Null: warnings are written to the
    /// standard error stream.
    /// </param>
    /// <exception cref="ArgumentException">The model is not a sequence classification model.</exception>
    public TextClassifier(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (model.Objective is not SequenceClassificationObjective)
            throw WrongTask(model, "sequence classification", nameof(AutoModelForSequenceClassification));
    }

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="nameOrFolder">
    /// A folder in transformers' format with a sequence classification model; or the folder of an adapter whose configuration refers to its
    /// base model; or, if there is no such folder, the name of a model on the Hugging Face Hub.
    /// </param>
    /// <param name="adapterNameOrFolder">
    /// An adapter for the model in <paramref name="nameOrFolder"/>: a folder, or a name on the Hugging Face Hub. If the adapter contains a
    /// tokenizer, this tokenizer is used. Null: no adapter.
    /// </param>
    /// <param name="options">
    /// Data type and device of the weights, the logger, and changes to the configuration such as the class names of an adapter's head.
    /// Null: the defaults.
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
    public static TextClassifier FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Load(nameOrFolder, adapterNameOrFolder, adapterRevision, options, AutoModelForSequenceClassification.FromPretrained,
            (model, tokenizer) => new TextClassifier(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>Loads a model and its tokenizer asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, string?, CancellationToken)" path="//param|//exception"/>
    public static Task<TextClassifier> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>Classifies one text or text pair.</summary>
    /// <param name="text">The text.</param>
    /// <param name="textPair">The second text of a pair. Null: none.</param>
    /// <param name="threshold">
    /// Minimum score of the labels in <see cref="TextClassification.Labels"/> for multi-label models. Default 0.5.
    /// </param>
    /// <param name="maxLength">
    /// Maximum number of tokens, including special tokens; longer texts are truncated. Default: the limit of the tokenizer or the model.
    /// </param>
    /// <param name="functionToApply">
    /// The function that converts logits to scores. Default: <see cref="ScoreFunction.None"/> for regression and for a single label without
    /// <c>problem_type</c>, <see cref="ScoreFunction.Sigmoid"/> for multi-label classification, otherwise
    /// <see cref="ScoreFunction.Softmax"/>.
    /// </param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <exception cref="ArgumentException">The text has no tokens, or the model has no such adapter.</exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="maxLength"/> is less than 1 or greater than the number of tokens that the model accepts.
    /// </exception>
    public TextClassification Classify(
        string text, string? textPair = null, double threshold = 0.5, int? maxLength = null, ScoreFunction? functionToApply = null,
        string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Classify([text], textPair is null ? null : [textPair], threshold, maxLength, functionToApply, batchSize: 1, adapter)[0];
    }

    /// <summary>Classifies several texts or text pairs, in batches.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="textPairs">The second texts of pairs, one for each of <paramref name="texts"/>. Null: none.</param>
    /// <param name="threshold">
    /// Minimum score of the labels in <see cref="TextClassification.Labels"/> for multi-label models. Default 0.5.
    /// </param>
    /// <param name="maxLength">
    /// Maximum number of tokens, including special tokens; longer texts are truncated. Default: the limit of the tokenizer or the model.
    /// </param>
    /// <param name="functionToApply">
    /// The function that converts logits to scores. Default: <see cref="ScoreFunction.None"/> for regression and for a single label without
    /// <c>problem_type</c>, <see cref="ScoreFunction.Sigmoid"/> for multi-label classification, otherwise
    /// <see cref="ScoreFunction.Softmax"/>.
    /// </param>
    /// <param name="batchSize">Maximum number of texts per batch. Default 32.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The result of each text, in the order of the texts.</returns>
    /// <exception cref="ArgumentException">
    /// A text is null or has no tokens, the numbers of first and second texts differ, or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="maxLength"/> is less than 1 or greater than the number of tokens that the model accepts, or
    /// <paramref name="batchSize"/> is less than 1.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<TextClassification> Classify(
        IReadOnlyList<string> texts, IReadOnlyList<string>? textPairs = null, double threshold = 0.5, int? maxLength = null,
        ScoreFunction? functionToApply = null, int batchSize = 32, string? adapter = null, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        RequireTexts(texts, nameof(texts));
        RequirePairs(texts, textPairs, nameof(textPairs));
        var limit = MaxTokens(maxLength, adapter);
        var function = functionToApply ?? DefaultFunction;
        return Predict(texts.Count, new PredictionCall(batchSize, adapter, progress, cancellationToken),
            (start, count) => Tokenizer.Encode(
                Slice(texts, start, count), textPairs is null ? null : Slice(textPairs, start, count),
                truncation: limit is not null, maxLength: limit, cancellationToken: cancellationToken),
            (output, rows) => Floats(output.Logits!).Chunk(Model.Config.NumLabels).ToArray(),
            (_, rows) => Result(rows[0].Output, function, threshold, rows[0].Encoding.IsTruncated));
    }

    /// <summary>Classifies several texts or text pairs asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Classify(IReadOnlyList{string}, IReadOnlyList{string}, double, int?, ScoreFunction?, int, string,
    /// IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<TextClassification>> ClassifyAsync(
        IReadOnlyList<string> texts, IReadOnlyList<string>? textPairs = null, double threshold = 0.5, int? maxLength = null,
        ScoreFunction? functionToApply = null, int batchSize = 32, string? adapter = null, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Classify(texts, textPairs, threshold, maxLength, functionToApply, batchSize, adapter, progress, cancellationToken),
            cancellationToken);

    // A decoder finds the last token of a row by the padding token of the configuration. Without a padding token, each row is a batch of
    // its own.
    private protected override int RowsPerBatch(int batchSize) =>
        Model.Config.PadTokenId is null && Model.Inputs.Any(input => input.Kind == InputKind.CachedAttentionMask) ? 1 : batchSize;

    private bool IsMultiLabel => Model.Config.ProblemType == ProblemType.MultiLabelClassification;

    private ScoreFunction DefaultFunction => Model.Config switch
    {
        { ProblemType: ProblemType.Regression } or { ProblemType: null, NumLabels: 1 } => ScoreFunction.None,
        { ProblemType: ProblemType.MultiLabelClassification } => ScoreFunction.Sigmoid,
        _ => ScoreFunction.Softmax,
    };

    private TextClassification Result(float[] logits, ScoreFunction function, double threshold, bool isTruncated)
    {
        var values = function switch
        {
            ScoreFunction.Sigmoid => Probabilities.Sigmoid(logits),
            ScoreFunction.Softmax => Probabilities.Softmax(logits),
            _ => logits,
        };
        LabelScore[] scores = [.. values.Select((value, label) => new LabelScore(LabelName(label), value))
            .OrderByDescending(entry => entry.Score)];
        return new TextClassification
        {
            Label = scores[0].Label,
            Score = scores[0].Score,
            Scores = scores,
            Labels = IsMultiLabel ? [.. scores.Where(entry => entry.Score >= threshold).Select(entry => entry.Label)] : [scores[0].Label],
            IsTruncated = isTruncated,
        };
    }
}
