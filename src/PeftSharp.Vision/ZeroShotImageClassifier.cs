using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;

namespace PeftSharp.Vision;

/// <summary>Classifies images with a CLIP model. The labels are texts, and the model need not be trained for them.</summary>
/// <remarks>
/// <para>This class corresponds to transformers' <c>zero-shot-image-classification</c> pipeline.</para>
/// <code>
/// using var classifier = ZeroShotImageClassifier.FromPretrained("clip-vit-base-patch32");
/// var result = classifier.Classify("photo.jpg", ["cat", "dog", "car"]);
/// Console.WriteLine($"{result.Label} {result.Score:F3}");
/// </code>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public sealed class ZeroShotImageClassifier : ImagePredictor
{
    /// <summary>The default text for a label, in which <c>{}</c> is replaced by the label.</summary>
    public const string DefaultTemplate = "This is a photo of {}.";

    private const string Placeholder = "{}";

    /// <summary>
    /// Creates a classifier for an existing model, which is not disposed with this object. The model is switched to evaluation mode.
    /// </summary>
    /// <param name="model">A CLIP model, with or without adapters.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="processor">The image processor of the model.</param>
    /// <param name="logger">Logger for a warning if weights have not been trained. Null: the standard error stream.</param>
    /// <exception cref="ArgumentException">The model does not compare texts and images.</exception>
    public ZeroShotImageClassifier(PretrainedModel model, Tokenizer tokenizer, ImageProcessor processor, ILogger? logger = null)
        : base(model, processor, logger)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (model.Objective is not ContrastiveObjective)
            throw new ArgumentException($"{model.GetName()} does not compare texts and images. Load a CLIP model with {nameof(AutoModel)}.",
                nameof(model));
        Tokenizer = tokenizer;
    }

    /// <summary>The tokenizer of the model.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Loads a model, its tokenizer and its image processor.</summary>
    /// <param name="nameOrFolder">
    /// A folder in transformers' format with a CLIP model; or, if there is no such folder, the name of a model on the Hugging Face Hub.
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
    /// A folder does not contain a CLIP model or an image processor, or the adapter does not match the model.
    /// </exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static ZeroShotImageClassifier FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default)
    {
        var processor = AutoImageProcessor.FromPretrained(nameOrFolder, options?.Revision, options?.Hub, cancellationToken);
        var tokenizer = AutoTokenizer.FromPretrained(nameOrFolder, options?.Revision, options?.Hub, cancellationToken);
        return Load(its => AutoModel.FromPretrained(nameOrFolder, its, cancellationToken), adapterNameOrFolder, adapterRevision,
            options, Create, cancellationToken);

        ZeroShotImageClassifier Create(PretrainedModel model) => model.Objective is ContrastiveObjective
            ? new ZeroShotImageClassifier(model, tokenizer, processor, options?.Logger) { OwnsModel = true }
            : throw new CheckpointException($"'{nameOrFolder}' contains {model.GetName()}, which does not compare texts and images. "
                + "Pass the folder or the name of a CLIP model.");
    }

    /// <summary>Loads a model, its tokenizer and its image processor asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<ZeroShotImageClassifier> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>Classifies the image in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="candidateLabels">The labels, at least one.</param>
    /// <param name="hypothesisTemplate">
    /// The text for a label, in which <c>{}</c> is replaced by the label. Default "This is a photo of {}.".
    /// </param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <returns>The labels with their probabilities, which sum to 1.</returns>
    /// <exception cref="ArgumentException">There is no label, a label occurs twice, or the template has no <c>{}</c>.</exception>
    /// <exception cref="ImageException">The file is not an image of a supported format, or it is malformed or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ImageClassification Classify(
        string path, IReadOnlyList<string> candidateLabels, string hypothesisTemplate = DefaultTemplate, string? adapter = null) =>
        Classify([path], candidateLabels, hypothesisTemplate, batchSize: 1, adapter)[0];

    /// <summary>Classifies an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="candidateLabels">The labels, at least one.</param>
    /// <param name="hypothesisTemplate">
    /// The text for a label, in which <c>{}</c> is replaced by the label. Default "This is a photo of {}.".
    /// </param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <returns>The labels with their probabilities, which sum to 1.</returns>
    /// <exception cref="ArgumentException">There is no label, a label occurs twice, or the template has no <c>{}</c>.</exception>
    /// <exception cref="ImageException">The resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    public ImageClassification Classify(
        RgbImage image, IReadOnlyList<string> candidateLabels, string hypothesisTemplate = DefaultTemplate, string? adapter = null) =>
        Classify([image], candidateLabels, hypothesisTemplate, batchSize: 1, adapter)[0];

    /// <summary>Classifies the images in files, in batches.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="candidateLabels">The labels, at least one.</param>
    /// <param name="hypothesisTemplate">
    /// The text for a label, in which <c>{}</c> is replaced by the label. Default "This is a photo of {}.".
    /// </param>
    /// <param name="batchSize">Maximum number of images per batch. Default 32.</param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>
    /// One result for each image, in the order of the images: the labels with their probabilities, which sum to 1.
    /// </returns>
    /// <exception cref="ArgumentException">There is no label, a label occurs twice, or the template has no <c>{}</c>.</exception>
    /// <exception cref="ImageException">A file is not an image of a supported format, or it is malformed or too large.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<ImageClassification> Classify(
        IReadOnlyList<string> paths, IReadOnlyList<string> candidateLabels, string hypothesisTemplate = DefaultTemplate,
        int batchSize = 32, string? adapter = null, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Classify(paths, path => RgbImage.Load(path, MaxPixels), candidateLabels, hypothesisTemplate, batchSize, adapter, progress,
            cancellationToken);

    /// <summary>Classifies several images, in batches.</summary>
    /// <param name="images">The images.</param>
    /// <param name="candidateLabels">The labels, at least one.</param>
    /// <param name="hypothesisTemplate">
    /// The text for a label, in which <c>{}</c> is replaced by the label. Default "This is a photo of {}.".
    /// </param>
    /// <param name="batchSize">Maximum number of images per batch. Default 32.</param>
    /// <param name="adapter">The adapter to use; <c>__base__</c> selects the base model. Default: the active adapters.</param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>
    /// One result for each image, in the order of the images: the labels with their probabilities, which sum to 1.
    /// </returns>
    /// <exception cref="ArgumentException">There is no label, a label occurs twice, or the template has no <c>{}</c>.</exception>
    /// <exception cref="ImageException">A resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<ImageClassification> Classify(
        IReadOnlyList<RgbImage> images, IReadOnlyList<string> candidateLabels, string hypothesisTemplate = DefaultTemplate,
        int batchSize = 32, string? adapter = null, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Classify(images, image => image, candidateLabels, hypothesisTemplate, batchSize, adapter, progress, cancellationToken);

    /// <summary>Classifies the images in files asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Classify(IReadOnlyList{string}, IReadOnlyList{string}, string, int, string, IProgress{PredictionProgress},
    /// CancellationToken)"/>
    public Task<IReadOnlyList<ImageClassification>> ClassifyAsync(
        IReadOnlyList<string> paths, IReadOnlyList<string> candidateLabels, string hypothesisTemplate = DefaultTemplate,
        int batchSize = 32, string? adapter = null, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Classify(paths, candidateLabels, hypothesisTemplate, batchSize, adapter, progress, cancellationToken),
            cancellationToken);

    /// <summary>Classifies several images asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Classify(IReadOnlyList{RgbImage}, IReadOnlyList{string}, string, int, string, IProgress{PredictionProgress},
    /// CancellationToken)"/>
    public Task<IReadOnlyList<ImageClassification>> ClassifyAsync(
        IReadOnlyList<RgbImage> images, IReadOnlyList<string> candidateLabels, string hypothesisTemplate = DefaultTemplate,
        int batchSize = 32, string? adapter = null, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Classify(images, candidateLabels, hypothesisTemplate, batchSize, adapter, progress, cancellationToken),
            cancellationToken);

    private ImageClassification[] Classify<TImage>(
        IReadOnlyList<TImage> images, Func<TImage, RgbImage> open, IReadOnlyList<string> labels, string template, int batchSize,
        string? adapter, IProgress<PredictionProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(template);
        if (labels.Count == 0) throw new ArgumentException("There are no labels. Pass at least one.", nameof(labels));
        if (labels.Distinct(StringComparer.Ordinal).Count() != labels.Count)
            throw new ArgumentException(
                $"A label occurs more than once: {string.Join(", ", labels)}. Pass each label once.", nameof(labels));
        if (!template.Contains(Placeholder, StringComparison.Ordinal))
            throw new ArgumentException($"The template is '{template}', but it must contain {Placeholder}, which is replaced by a label.",
                nameof(template));
        var texts = labels.Select(label => template.Replace(Placeholder, label, StringComparison.Ordinal)).ToArray();
        var limit = Model.Inputs[0].MaxLength;
        var encoded = Tokenizer.Encode(
            texts, padding: true, truncation: limit is not null, maxLength: limit, cancellationToken: cancellationToken);
        var logits = Run(images, open, batchSize, adapter, (inputs, options) =>
        {
            var batch = encoded.ToModelInputs().To(Model.Device);
            batch.PixelValues = inputs.PixelValues;
            return Model.call(batch, options)["logits_per_image"]!;
        }, progress, cancellationToken);
        return [.. logits.Select(row => ImageClassification.Of(Softmax(row).Zip(labels, (score, label) => new LabelScore(label, score))))];
    }
}
