using Microsoft.Extensions.Logging;
using PeftSharp.Hub;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using PeftSharp.Tuners;

namespace PeftSharp.Prediction;

/// <summary>
/// The base class of predictors, which apply a model and its tokenizer to texts: <see cref="TextClassifier"/>,
/// <see cref="EntityRecognizer"/>, <see cref="QuestionAnswerer"/>, <see cref="MaskFiller"/>, <see cref="SentenceEncoder"/> and
/// <see cref="TextGenerator"/>.
/// </summary>
/// <remarks>
/// <para>
/// Predictors correspond to the pipelines of transformers; <see cref="SentenceEncoder"/> corresponds to sentence-transformers. Texts are
/// sorted by length, so that batches need little padding; results are in the order of the texts. The model runs in
/// evaluation mode and without gradients.
/// </para>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public abstract partial class Predictor : IDisposable
{
    private bool _isDisposed;

    private protected Predictor(PretrainedModel model, Tokenizer tokenizer, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (Model, Tokenizer) = (model, tokenizer);
        if (VocabularyMatch.Warning(model, tokenizer) is { } vocabulary) Warn(vocabulary);
        if (UntrainedWeights.Count > 0) Warn(NewWeights.Warning(model, UntrainedWeights));

        void Warn(string message)
        {
            if (logger is not null) logger.LogWarning("{Message}", message);
            else Console.Error.WriteLine($"Warning: {message}");
        }
    }

    /// <summary>The model.</summary>
    public PretrainedModel Model { get; }

    /// <summary>The tokenizer of the model.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>
    /// Names of the parameters that this predictor uses and that were neither loaded from a checkpoint nor trained, usually the parameters
    /// of a new head (<see cref="PretrainedModel.UntrainedWeights"/>). If the list is not empty, predictions depend on random weights, and
    /// the constructor writes a warning to the logger or, without a logger, to the standard error stream.
    /// </summary>
    public virtual IReadOnlyList<string> UntrainedWeights => Model.UntrainedWeights;

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

    /// <summary>Loads the base model, its adapter and the tokenizer.</summary>
    /// <exception cref="CheckpointException">
    /// The folder or repository does not contain a model for the task, or the adapter does not match the model.
    /// </exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    private protected static TSelf Load<TSelf>(
        string nameOrFolder, string? adapterNameOrFolder, string? adapterRevision, PretrainedOptions? options,
        Func<string, PretrainedOptions?, CancellationToken, PretrainedModel> load, Func<PretrainedModel, Tokenizer, TSelf> create,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        if (adapterRevision is not null && adapterNameOrFolder is null)
            throw new ArgumentException($"adapterRevision is '{adapterRevision}', but there is no adapterNameOrFolder. Pass the adapter, "
                + "or set Revision in the options for the revision of the model.", nameof(adapterRevision));
        string? adapterFolder = null;
        if (adapterNameOrFolder is not null)
            adapterFolder = HubFolder.Resolve(
                adapterNameOrFolder, HubFiles.OfAdapterAndTokenizer.WithPickle(options?.AllowPickle), adapterRevision, options?.Hub,
                cancellationToken);
        else if (IsAdapter(nameOrFolder))
        {
            adapterFolder = nameOrFolder;
            var config = PeftConfigFile.Read(nameOrFolder);
            nameOrFolder = config.BaseModelNameOrPath is { } named && (Directory.Exists(named) || HubFolder.IsName(named)) ? named
                : throw new CheckpointException((config.BaseModelNameOrPath is { Length: > 0 } missing
                        ? $"'{adapterFolder}' contains an adapter, but the folder of its base model ('{missing}') does not exist. "
                        : $"'{adapterFolder}' contains an adapter, but its configuration does not name the base model. ")
                    + "Pass the folder of the base model as nameOrFolder, and the folder of the adapter as adapterNameOrFolder.");
            if (HubFolder.IsName(nameOrFolder)) options = (options ?? new()) with { Revision = options?.Revision ?? config.Revision };
        }
        var tokenizer = adapterFolder is not null && HasTokenizer(adapterFolder)
            ? AutoTokenizer.FromPretrained(adapterFolder, hub: options?.Hub, cancellationToken: cancellationToken)
            : AutoTokenizer.FromPretrained(nameOrFolder, options?.Revision, options?.Hub, cancellationToken);
        var model = adapterFolder is null ? load(nameOrFolder, options, cancellationToken)
            : PeftModel.FromPretrained(
                its => load(nameOrFolder, its, cancellationToken), adapterFolder, options, cancellationToken: cancellationToken);
        try
        {
            RequireHeadOfTask<TSelf>(model, nameOrFolder);
            return create(model, tokenizer);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Rejects a head that was trained for another task. Its weights can be loaded, because the heads of several tasks have the same names.
    /// </summary>
    private static void RequireHeadOfTask<TSelf>(PretrainedModel model, string nameOrFolder)
    {
        var body = model is PeftModel<PretrainedModel> peft ? peft.HasOwnHead ? null : peft.GetBaseModel() : model;
        if (body?.LoadReport?.OtherTaskClass is { } stored)
            throw new CheckpointException($"'{nameOrFolder}' contains {stored}, whose head was trained for another task; "
                + $"{TypeName.Of(typeof(TSelf))} needs the class {body.GetName()}. Pass the folder of such a model, or use the "
                + $"predictor for {stored}.");
    }

    private protected static ArgumentException WrongTask(PretrainedModel model, string wanted, string loader) =>
        new($"{model.GetName()} is not a model for {wanted}. Load it with {loader}.", nameof(model));

    /// <exception cref="ObjectDisposedException">This object or its model has been disposed.</exception>
    private protected void RequireOpen()
    {
        if (_isDisposed)
            throw new ObjectDisposedException(TypeName.Of(this), $"This {TypeName.Of(this)} has been disposed. Create it again.");
        Model.ThrowIfDisposed();
    }

    private protected string LabelName(int label) => Model.Config.Id2Label?.GetValueOrDefault(label) ?? $"LABEL_{label}";

    private static bool IsAdapter(string folder) =>
        File.Exists(Path.Combine(folder, "adapter_config.json")) && !File.Exists(Path.Combine(folder, "config.json"));

    // The trainer saves the tokenizer with the adapter that was trained with it.
    private static bool HasTokenizer(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer_config.json")) || File.Exists(Path.Combine(folder, "tokenizer.json"));
}
