using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>Classifies texts or pairs of texts by a trained model: one label, several labels or a number.</summary>
/// <remarks>
/// <para>transformers' <c>text-classification</c> pipeline.</para>
/// <code>
/// using var classify = TextClassifier.FromPretrained("my-model");
/// foreach (var result in classify.Classify(texts)) Console.WriteLine($"{result.Label} {result.Score:F3}");
/// </code>
/// <para>Thread safety: several threads can call one instance at once; disposing it needs exclusive use.</para>
/// </remarks>
public sealed class TextClassifier : Predictor
{
    /// <summary>A classifier of a model in memory, which is not disposed with this object.</summary>
    /// <param name="model">A sequence classifier, such as <c>AutoModelForSequenceClassification</c> loads, with or without adapters.</param>
    /// <param name="tokenizer">The tokenizer that belongs to it.</param>
    /// <param name="logger">Told if the head was never trained. Null: only <see cref="Predictor.UntrainedWeights"/> tells.</param>
    /// <exception cref="ArgumentException">The model is not a sequence classifier.</exception>
    public TextClassifier(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (model.Objective is not SequenceClassificationObjective) throw WrongTask(model, "the classification of texts", nameof(AutoModelForSequenceClassification));
    }

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="folder">A folder in transformers' format with a sequence classifier; or the folder of an adapter that names the folder of its base model.</param>
    /// <param name="adapterFolder">An adapter for the model in <paramref name="folder"/>. If a tokenizer was saved beside it, that tokenizer is used. Null: none.</param>
    /// <param name="options">Changes to the configuration, such as the names of the classes that an adapter's head has; type and device of the weights; the logger. Null: the defaults.</param>
    /// <param name="cancellationToken">Ends the loading early.</param>
    /// <exception cref="CheckpointException">A folder holds no such model, or the adapter does not fit.</exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TextClassifier FromPretrained(string folder, string? adapterFolder = null, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Load(folder, adapterFolder, options, AutoModelForSequenceClassification.FromPretrained, (model, tokenizer) => new TextClassifier(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>As <see cref="FromPretrained(string, string?, PretrainedOptions?, CancellationToken)"/>, on a thread of the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, CancellationToken)" path="//param|//exception"/>
    public static Task<TextClassifier> FromPretrainedAsync(string folder, string? adapterFolder = null, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(folder, adapterFolder, options, cancellationToken), cancellationToken);

    /// <summary>Classifies one text or one pair of texts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="textPair">The second text of a pair. Null: none.</param>
    /// <param name="threshold">Least score of the labels in <see cref="TextClassification.Labels"/>, for a model of several labels. Default 0.5.</param>
    /// <param name="maxLength">Maximum number of tokens, special tokens included; longer texts are truncated. Default: the limit of the tokenizer or the model.</param>
    /// <param name="functionToApply">Default: none for regression (also a single label without <c>problem_type</c>, which is trained as regression; transformers' pipeline applies the sigmoid to it),
    /// the sigmoid for several labels (<c>multi_label_classification</c>), otherwise softmax.</param>
    /// <param name="adapter">The adapter that answers, for a model with adapters; <c>__base__</c> is the base model. Default: the adapters of the current scope or of <c>SetAdapter</c>.</param>
    public TextClassification Classify(string text, string? textPair = null, double threshold = 0.5, int? maxLength = null, ScoreFunction? functionToApply = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Classify([text], textPair is null ? null : [textPair], threshold, maxLength, functionToApply, batchSize: 1, adapter)[0];
    }

    /// <summary>Classifies many texts or pairs of texts, in batches.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="textPairs">The second texts of pairs, as many as <paramref name="texts"/>. Null: none.</param>
    /// <param name="threshold">Least score of the labels in <see cref="TextClassification.Labels"/>, for a model of several labels. Default 0.5.</param>
    /// <param name="maxLength">Maximum number of tokens, special tokens included; longer texts are truncated. Default: the limit of the tokenizer or the model.</param>
    /// <param name="functionToApply">Default: none for regression (also a single label without <c>problem_type</c>, which is trained as regression; transformers' pipeline applies the sigmoid to it),
    /// the sigmoid for several labels (<c>multi_label_classification</c>), otherwise softmax.</param>
    /// <param name="batchSize">Maximum number of texts that are computed at once. Default 32.</param>
    /// <param name="adapter">The adapter that answers, for a model with adapters; <c>__base__</c> is the base model. Default: the adapters of the current scope or of <c>SetAdapter</c>.</param>
    /// <param name="progress">Told the number of texts that are done, after each batch.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>A result for each text, in the order of the texts.</returns>
    /// <exception cref="ArgumentException">A text is null or has no tokens, or there are not as many second texts as first ones.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<TextClassification> Classify(IReadOnlyList<string> texts, IReadOnlyList<string>? textPairs = null, double threshold = 0.5, int? maxLength = null,
        ScoreFunction? functionToApply = null, int batchSize = 32, string? adapter = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireTexts(texts, nameof(texts));
        RequirePairs(texts, textPairs, nameof(textPairs));
        var limit = MaxTokens(maxLength, adapter);
        var function = functionToApply ?? DefaultFunction;
        return Predict(texts.Count, new PredictionCall(batchSize, adapter, progress, cancellationToken),
            (start, count) => Tokenizer.Encode(Slice(texts, start, count), textPairs is null ? null : Slice(textPairs, start, count), truncation: limit is not null, maxLength: limit, cancellationToken: cancellationToken),
            (output, rows) => Floats(output.Logits!).Chunk(Model.Config.NumLabels).ToArray(),
            (_, rows) => Result(rows[0].Output, function, threshold, rows[0].Encoding.IsTruncated));
    }

    /// <summary>Classifies many texts or pairs of texts on the thread pool.</summary>
    /// <inheritdoc cref="Classify(IReadOnlyList{string}, IReadOnlyList{string}, double, int?, ScoreFunction?, int, string, IProgress{int}, CancellationToken)"/>
    public Task<IReadOnlyList<TextClassification>> ClassifyAsync(IReadOnlyList<string> texts, IReadOnlyList<string>? textPairs = null, double threshold = 0.5, int? maxLength = null,
        ScoreFunction? functionToApply = null, int batchSize = 32, string? adapter = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Classify(texts, textPairs, threshold, maxLength, functionToApply, batchSize, adapter, progress, cancellationToken), cancellationToken);

    // A decoder finds the last token of a row by the padding token of the configuration; without one only rows by themselves are possible.
    private protected override int RowsPerBatch(int batchSize) =>
        Model.Config.PadTokenId is null && Model.Inputs.Any(input => input.Kind == InputKind.CachedAttentionMask) ? 1 : batchSize;

    private bool IsMultiLabel => Model.Config.ProblemType == "multi_label_classification";

    private ScoreFunction DefaultFunction => Model.Config switch
    {
        { ProblemType: "regression" } or { ProblemType: null, NumLabels: 1 } => ScoreFunction.None,
        { ProblemType: "multi_label_classification" } => ScoreFunction.Sigmoid,
        _ => ScoreFunction.Softmax,
    };

    private TextClassification Result(float[] logits, ScoreFunction function, double threshold, bool isTruncated)
    {
        var values = function switch { ScoreFunction.Sigmoid => Probabilities.Sigmoid(logits), ScoreFunction.Softmax => Probabilities.Softmax(logits), _ => logits };
        LabelScore[] scores = [.. values.Select((value, label) => new LabelScore(LabelName(label), value)).OrderByDescending(entry => entry.Score)];
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
