using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;

namespace PeftSharp.Vision;

/// <summary>Classifies images with an image classification model: single-label, multi-label or regression.</summary>
/// <remarks>
/// <para>This class corresponds to transformers' <c>image-classification</c> pipeline.</para>
/// <code>
/// using var classify = ImageClassifier.FromPretrained("my-model");
/// var result = classify.Classify("photo.jpg");
/// Console.WriteLine($"{result.Label} {result.Score:F3}");
/// </code>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public sealed class ImageClassifier : ImagePredictor
{
    /// <summary>
    /// Creates a classifier for an existing model, which is not disposed with this object. The model is switched to evaluation mode.
    /// </summary>
    /// <param name="model">An image classification model, with or without adapters.</param>
    /// <param name="processor">The image processor of the model.</param>
    /// <param name="logger">Logger for a warning if weights have not been trained. Null: the standard error stream.</param>
    /// <exception cref="ArgumentException">The model does not classify images.</exception>
    public ImageClassifier(PretrainedModel model, ImageProcessor processor, ILogger? logger = null)
        : base(model, processor, logger)
    {
        if (model.Objective is not SequenceClassificationObjective || model.Inputs[0].Name != "pixel_values")
            throw new ArgumentException($"{model.GetName()} is not a model for image classification. Load it with "
                + $"{nameof(AutoModelForImageClassification)}.", nameof(model));
    }

    /// <summary>Loads a model and its image processor.</summary>
    /// <param name="nameOrFolder">
    /// A folder in transformers' format with an image classification model and its image processor; or, if there is no such folder, the
    /// name of a model on the Hugging Face Hub.
    /// </param>
    /// <param name="adapterNameOrFolder">An adapter for the model: a folder, or a name on the Hugging Face Hub. Null: none.</param>
    /// <param name="options">Data type and device of the weights, the logger, and changes to the configuration. Null: the defaults.</param>
    /// <param name="adapterRevision">
    /// Branch, tag or commit of the adapter, if it is a name on the Hub. Null: <c>main</c>. For the revision of the model, set
    /// <see cref="PretrainedOptions.Revision"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <exception cref="ArgumentException"><paramref name="adapterRevision"/> is given without an adapter.</exception>
    /// <exception cref="CheckpointException">
    /// A folder does not contain an image classification model or an image processor, or the adapter does not match the model.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static ImageClassifier FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default)
    {
        var processor = AutoImageProcessor.FromPretrained(nameOrFolder, options?.Revision, options?.Hub, cancellationToken);
        return Load(
            its => AutoModelForImageClassification.FromPretrained(nameOrFolder, its, cancellationToken),
            adapterNameOrFolder, adapterRevision, options,
            model => new ImageClassifier(model, processor, options?.Logger) { OwnsModel = true }, cancellationToken);
    }

    /// <summary>Loads a model and its image processor asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<ImageClassifier> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>Classifies the image in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threshold">
    /// The minimum score at which a label of a multi-label model applies (<see cref="ImageClassification.Labels"/>). Default 0.5.
    /// </param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <exception cref="ImageException">The file is not an image of a supported format, or it is malformed or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ImageClassification Classify(string path, double threshold = 0.5, string? adapter = null) =>
        Classify([path], threshold, batchSize: 1, adapter)[0];

    /// <summary>Classifies an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="threshold">
    /// The minimum score at which a label of a multi-label model applies (<see cref="ImageClassification.Labels"/>). Default 0.5.
    /// </param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <exception cref="ImageException">The resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    public ImageClassification Classify(RgbImage image, double threshold = 0.5, string? adapter = null) =>
        Classify([image], threshold, batchSize: 1, adapter)[0];

    /// <summary>Classifies the images in files, in batches. The resized images of one batch are in memory at the same time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="threshold">
    /// The minimum score at which a label of a multi-label model applies (<see cref="ImageClassification.Labels"/>). Default 0.5.
    /// </param>
    /// <param name="batchSize">Maximum number of images per batch. Default 32.</param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The result of each image, in order.</returns>
    /// <exception cref="ImageException">A file is not an image of a supported format, or it is malformed or too large.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<ImageClassification> Classify(
        IReadOnlyList<string> paths, double threshold = 0.5, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Results(Run(paths, path => RgbImage.Load(path, MaxPixels), batchSize, adapter, Logits, progress, cancellationToken), threshold);

    /// <summary>Classifies several images, in batches.</summary>
    /// <param name="images">The images.</param>
    /// <param name="threshold">
    /// The minimum score at which a label of a multi-label model applies (<see cref="ImageClassification.Labels"/>). Default 0.5.
    /// </param>
    /// <param name="batchSize">Maximum number of images per batch. Default 32.</param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The result of each image, in order.</returns>
    /// <exception cref="ImageException">A resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<ImageClassification> Classify(
        IReadOnlyList<RgbImage> images, double threshold = 0.5, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Results(Run(images, image => image, batchSize, adapter, Logits, progress, cancellationToken), threshold);

    /// <summary>Classifies the images in files asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Classify(IReadOnlyList{string}, double, int, string, IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<ImageClassification>> ClassifyAsync(
        IReadOnlyList<string> paths, double threshold = 0.5, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Classify(paths, threshold, batchSize, adapter, progress, cancellationToken), cancellationToken);

    /// <summary>Classifies several images asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Classify(IReadOnlyList{RgbImage}, double, int, string, IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<ImageClassification>> ClassifyAsync(
        IReadOnlyList<RgbImage> images, double threshold = 0.5, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Classify(images, threshold, batchSize, adapter, progress, cancellationToken), cancellationToken);

    private TorchSharp.torch.Tensor Logits(ModelInputs inputs, ForwardOptions options) => Model.call(inputs, options).Logits!;

    private ImageClassification[] Results(IReadOnlyList<float[]> logits, double threshold)
    {
        var config = Model.Config;
        var isMultiLabel = config.ProblemType == ProblemType.MultiLabelClassification;
        var isRegression = config is { ProblemType: ProblemType.Regression } or { ProblemType: null, NumLabels: 1 };
        return [.. logits.Select(row => ImageClassification.Of(
            (isRegression ? row : isMultiLabel ? Sigmoid(row) : Softmax(row)).Select((score, label) =>
                new LabelScore(config.Id2Label?.GetValueOrDefault(label) ?? $"LABEL_{label}", score)),
            isMultiLabel ? threshold : null))];
    }

    private static float[] Sigmoid(float[] logits) => [.. logits.Select(logit => (float)(1 / (1 + Math.Exp(-(double)logit))))];
}
