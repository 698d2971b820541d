using PeftSharp.Generation;
using PeftSharp.Internal;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <content>The weights: their number, their initialization, their files, and the rows of the vocabulary.</content>
public abstract partial class PretrainedModel
{
    private const string ConfigFile = "config.json";
    private long? _countedWeights;

    /// <summary>
    /// Names of the parameters that were neither loaded from a checkpoint nor trained by a <c>Trainer</c>, usually those of a new head.
    /// Predictions that use one of these weights are random. An adapter freezes a new head unless <c>PeftConfig.TaskType</c> or
    /// <c>ModulesToSave</c> includes the head in training.
    /// </summary>
    public IReadOnlyList<string> UntrainedWeights => NewWeights.Untrained;

    /// <summary>The parameters that were not loaded from a checkpoint.</summary>
    internal virtual NewWeights NewWeights { get; } = new();

    /// <summary>
    /// A warning that names new weights which the adapters of this model neither train nor save, and the remedy. Null: no such weights.
    /// </summary>
    internal virtual string? FrozenNewWeights => null;

    /// <summary>The weights by their names in a checkpoint, including the adapter's copies of weights that an adapter replaces.</summary>
    internal virtual IEnumerable<KeyValuePair<string, Tensor>> WeightsByName() =>
        ModelState.Parameters(this).Select(pair => KeyValuePair.Create(pair.Key, (Tensor)pair.Value));

    /// <summary>
    /// Estimates the floating-point operations of a training step on <paramref name="inputs"/> as transformers does: 6 times the number of
    /// elements of the main input, times the number of weights without the embeddings.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public double FloatingPointOperations(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ThrowIfDisposed();
        _countedWeights ??= WeightsWithoutEmbeddings(this);
        return 6.0 * (inputs[Inputs[0].Name]?.numel() ?? 0) * _countedWeights.Value;
    }

    /// <summary>Changes the vocabulary size of the input embeddings, of a language model head, and of the configuration.</summary>
    /// <remarks>
    /// Corresponds to transformers' <c>resize_token_embeddings</c>. New rows are initialized near the mean of the existing rows, with
    /// libtorch's random number generator. The method replaces parameters, so create the trainer and add adapters afterwards.
    /// </remarks>
    /// <param name="vocabSize">The new vocabulary size.</param>
    /// <param name="padToMultipleOf">The vocabulary size is rounded up to a multiple of this number. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is less than 1.</exception>
    /// <exception cref="NotSupportedException">
    /// The model does not read token ids, only its text model reads them (<c>ClipModel</c>), a custom model does not override
    /// <see cref="InputEmbeddings"/>, or an adapter wraps the embeddings or the head.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public virtual void ResizeTokenEmbeddings(int vocabSize, int padToMultipleOf = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf, 1);
        ThrowIfDisposed();
        var size = (vocabSize + padToMultipleOf - 1) / padToMultipleOf * padToMultipleOf;
        if (Config is not TextConfig || InputEmbeddings is not Layers.Embedding embeddings)
            throw new NotSupportedException($"The token embeddings of {GetName()} cannot be resized: "
                + (InputEmbeddings is null
                    ? Inputs.Any(input => input.Kind == InputKind.TokenIds)
                        ? "its InputEmbeddings is null. A model class that supports this method must override InputEmbeddings."
                        : "the model does not read token ids."
                    : $"their type is {InputEmbeddings.GetName()}. Resize the base model before adapters are added."));
        if (OutputEmbeddings is not (null or Layers.Linear or Layers.TiedLinear))
            throw new NotSupportedException($"The head of {GetName()} cannot be resized: its type is {OutputEmbeddings.GetName()}. "
                + "Resize the base model before adapters are added.");
        embeddings.Resize(size);
        (OutputEmbeddings as Layers.Linear)?.ResizeOutputs(size);
        foreach (var module in modules())
        {
            if (module is Layers.IResizableVocabulary head) head.ResizeVocabulary(size);
            if (module is PretrainedModel { Config: TextConfig config } part) part.Config = config with { VocabSize = size };
        }
        Config = ((TextConfig)Config) with { VocabSize = size };
    }

    /// <summary>Sets the padding token in the configurations of this model and of its parts that have none.</summary>
    internal void SetPadTokenId(int padTokenId)
    {
        foreach (var part in modules().OfType<PretrainedModel>().Append(this))
            part.Config = part.Config with { PadTokenId = part.Config.PadTokenId ?? padTokenId };
    }

    /// <summary>
    /// Sets the names of the classes in the configurations of this model and of its parts that have the same number of classes and no
    /// names.
    /// </summary>
    internal void SetLabelNames(IReadOnlyList<string> names)
    {
        foreach (var part in modules().OfType<PretrainedModel>().Append(this))
            if (part.Config.NumLabels == names.Count && part.Config.GivenLabelNames is null)
                part.Config = part.Config.WithLabelNames(names);
    }

    /// <summary>Initializes a parameter that the checkpoint does not contain.</summary>
    /// <param name="owner">The module that has the parameter.</param>
    /// <param name="name">The name of the parameter in that module, such as <c>weight</c>.</param>
    protected internal virtual void InitializeParameter(Module owner, string name) => PretrainedWeights.Initialize(owner, name, Config);

    /// <summary>The configuration that is saved.</summary>
    private protected virtual PretrainedConfig SavedConfig => Config;

    /// <summary>
    /// Writes the model as transformers does: <c>config.json</c>, <c>model.safetensors</c> and, if the model can generate text,
    /// <c>generation_config.json</c>. Weights of more than 50 GB are written to several files with an index. Each file is written
    /// atomically.
    /// </summary>
    /// <param name="folder">The folder, which is created if it does not exist.</param>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public virtual void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ThrowIfDisposed();
        FolderAccess.Create(folder);
        PretrainedWeights.Save(this, folder);
        ConfigFiles.Write(
            Path.Combine(folder, ConfigFile), SavedConfig with { Architectures = [GetName()], Dtype = PretrainedWeights.TypeName(this) });
        if (CanGenerate) GenerationConfig.SavePretrained(folder);
    }

    /// <summary>
    /// Loads the weights that <see cref="SavePretrained"/> wrote to <paramref name="folder"/> into this model. A
    /// <see cref="CheckpointException"/> leaves the model unchanged, unless a file that was opened cannot be read to its end.
    /// </summary>
    /// <param name="folder">The folder of the saved model.</param>
    /// <param name="allowPickle">
    /// Whether weights are read from a pickle file of Python if there is no safetensors file; see
    /// <see cref="PretrainedOptions.AllowPickle"/>. Default false.
    /// </param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or a tensor is missing or has a different shape.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public virtual void LoadWeights(string folder, bool allowPickle = false)
    {
        ThrowIfDisposed();
        PretrainedWeights.LoadAll(this, folder, allowPickle);
    }

    /// <summary>
    /// The tensors, by name, that training needs to resume with identical results and that <see cref="SavePretrained"/> does not write. A
    /// checkpoint of the trainer contains them, and resuming restores their values. Default: none.
    /// </summary>
    protected internal virtual IReadOnlyDictionary<string, Tensor> GetTrainingState() => new Dictionary<string, Tensor>();

    private static long WeightsWithoutEmbeddings(Module module) => module is Layers.Embedding or TorchSharp.Modules.Embedding ? 0
        : module.parameters(recurse: false).Sum(parameter => parameter.numel()) + module.children().Sum(WeightsWithoutEmbeddings);
}
