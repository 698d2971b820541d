using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Prediction;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Vision;

/// <summary>The base class of predictors for images: <see cref="ImageClassifier"/> and <see cref="ZeroShotImageClassifier"/>.</summary>
/// <remarks>
/// <para>The model is switched to evaluation mode and runs without gradients.</para>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public abstract class ImagePredictor : IDisposable
{
    private bool _isDisposed;

    private protected ImagePredictor(PretrainedModel model, ImageProcessor processor, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(processor);
        (Model, Processor) = (model, processor);
        model.eval();
        if (model.UntrainedWeights is not { Count: > 0 } drawn) return;
        var names = string.Join(", ", drawn.Take(3)) + (drawn.Count > 3 ? $" and {drawn.Count - 3} more" : "");
        var warning = $"{model.GetName()} has {drawn.Count} newly initialized parameter{(drawn.Count == 1 ? "" : "s")} ({names}): not in "
            + "the checkpoint, and not trained by a Trainer, so the predictions are random. Train the model first, or load a complete "
            + "checkpoint. An adapter trains a new head only if its configuration has a TaskType or ModulesToSave.";
        if (logger is not null) logger.LogWarning("{Message}", warning);
        else Console.Error.WriteLine($"Warning: {warning}");
    }

    /// <summary>The model.</summary>
    public PretrainedModel Model { get; }

    /// <summary>The image processor of the model.</summary>
    public ImageProcessor Processor { get; }

    /// <summary>
    /// The maximum number of pixels of an image file; a larger image is rejected before memory is allocated for it. Default 89,478,485
    /// (<see cref="RgbImage.DefaultMaxPixels"/>). Set it before the first call.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public long MaxPixels
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = RgbImage.DefaultMaxPixels;

    /// <summary>
    /// Names of the parameters that were neither loaded from a checkpoint nor trained, usually the parameters of a new head
    /// (<see cref="PretrainedModel.UntrainedWeights"/>). If the list is not empty, predictions depend on random weights, and the
    /// constructor writes a warning to the logger or, without a logger, to the standard error stream.
    /// </summary>
    public IReadOnlyList<string> UntrainedWeights => Model.UntrainedWeights;

    /// <summary>Whether the model is disposed with this object, because <c>FromPretrained</c> loaded it.</summary>
    private protected bool OwnsModel { get; init; }

    /// <summary>
    /// Disposes the model if <c>FromPretrained</c> loaded it; a model that was passed to the constructor is not disposed.
    /// </summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes the model if this object loaded it.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && OwnsModel && !_isDisposed) Model.Dispose();
        _isDisposed = true;
    }

    /// <summary>Loads a model and its adapter, and creates the predictor; the model is disposed if this fails.</summary>
    private protected static TSelf Load<TSelf>(
        Func<PretrainedOptions?, PretrainedModel> load, string? adapterNameOrFolder, string? adapterRevision, PretrainedOptions? options,
        Func<PretrainedModel, TSelf> create, CancellationToken cancellationToken)
    {
        if (adapterRevision is not null && adapterNameOrFolder is null)
            throw new ArgumentException($"adapterRevision is '{adapterRevision}', but there is no adapterNameOrFolder. Pass the adapter, "
                + "or set Revision in the options for the revision of the model.", nameof(adapterRevision));
        var model = adapterNameOrFolder is null ? load(options)
            : PeftModel.FromPretrained(load, adapterNameOrFolder, options, adapterRevision, cancellationToken);
        try
        {
            return create(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model on batches of images.</summary>
    /// <typeparam name="TImage">A path or an image.</typeparam>
    /// <param name="images">The images.</param>
    /// <param name="open">Returns an image.</param>
    /// <param name="batchSize">Maximum number of images per batch.</param>
    /// <param name="adapter">The adapter to use. Null: the active adapters.</param>
    /// <param name="scores">Computes the logits of a batch, float [images, labels].</param>
    /// <param name="progress">Receives a report after each batch.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The logits of each image.</returns>
    private protected IReadOnlyList<float[]> Run<TImage>(
        IReadOnlyList<TImage> images, Func<TImage, RgbImage> open, int batchSize, string? adapter,
        Func<ModelInputs, ForwardOptions, Tensor> scores, IProgress<PredictionProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (_isDisposed) throw new ObjectDisposedException(GetType().Name, $"This {GetType().Name} has been disposed. Create it again.");
        for (var i = 0; i < images.Count; i++)
            if (images[i] is null) throw new ArgumentException($"Image {i} is null. Remove it from the list.", nameof(images));
        var device = Model.Device;                 // throws if the model has been disposed
        if (Model.training) Model.eval();
        var options = adapter is null ? ForwardOptions.Default : new ForwardOptions { AdapterNames = [adapter] };
        var results = new List<float[]>(images.Count);
        foreach (var batch in images.Chunk(batchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            // Each image is resized before the next file is read, so that only one image of full size is in memory.
            var inputs = new ModelInputs { PixelValues = Processor.Convert([.. batch.Select(image => Processor.Resize(open(image)))]) };
            var logits = scores(inputs.To(device), options).to(ScalarType.Float32).cpu().contiguous();
            results.AddRange(logits.data<float>().ToArray().Chunk((int)logits.shape[1]));
            progress?.Report(new PredictionProgress(results.Count, images.Count));
        }
        return results;
    }

    /// <summary>Converts logits to probabilities that sum to 1.</summary>
    private protected static float[] Softmax(float[] logits)
    {
        var max = logits.Max();
        var powers = logits.Select(logit => Math.Exp((double)logit - max)).ToArray();
        var sum = powers.Sum();
        return [.. powers.Select(power => (float)(power / sum))];
    }
}
