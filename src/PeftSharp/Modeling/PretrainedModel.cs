using System.Diagnostics.CodeAnalysis;
using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>A model that is loaded from and saved to transformers' folders: the base of every family's models and heads.</summary>
/// <remarks>
/// transformers' <c>PreTrainedModel</c>. It is called through <c>call</c> with a batch and, optionally, options. A class of your own derives from
/// <see cref="PretrainedModel{TSelf, TConfig}"/> or, with a head on a body, from <see cref="HeadModel{TSelf, TConfig}"/>.
/// </remarks>
public abstract class PretrainedModel : Module<ModelInputs, ForwardOptions, ModelOutput>, ISavePretrained
{
    private const string ConfigFile = "config.json";
    private long? _countedWeights;

    /// <param name="name">Name of the class as transformers writes it, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration; it is checked here.</param>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    /// <exception cref="NativeBackendException">The program has no native backend, or it does not load.</exception>
    protected PretrainedModel(string name, PretrainedConfig config) : base(OnceLoaded(name))
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        (Config, GenerationConfig) = (config, GenerationConfig.FromModelConfig(config));
    }

    /// <summary>The values that the model was built from.</summary>
    public PretrainedConfig Config { get; private set; }

    /// <summary>The family that the model belongs to.</summary>
    public ModelFamily Family => Config.Family;

    /// <summary>The folder that the model was loaded from; null for one that was not. An adapter names it as its base model.</summary>
    public string? NameOrPath { get; internal set; }

    /// <summary>How the checkpoint met the model; null for a model that was not loaded.</summary>
    public LoadReport? LoadReport { get; internal set; }

    /// <summary>Whether the model writes on: its head scores the next token. Default false.</summary>
    public virtual bool CanGenerate => false;

    /// <summary>How the model generates text unless a call says otherwise; read from and written to <c>generation_config.json</c>.</summary>
    public GenerationConfig GenerationConfig { get; set; }

    /// <summary>The module whose parameter names are those of the files: the model itself, or the module that it wraps.</summary>
    internal virtual Module WeightsRoot => this;

    /// <summary>Where the model's weights are.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    [SuppressMessage("Design", "CA1065", Justification = "A model has no weights only when it was disposed.")]
    public Device Device => parameters().FirstOrDefault()?.device ?? throw new ObjectDisposedException(GetName(), $"This {GetName()} was disposed: its weights are gone. Load it again.");

    /// <summary>The tensors that the model reads, without the labels; the first is the main input.</summary>
    public abstract IReadOnlyList<InputSpec> Inputs { get; }

    /// <summary>Names of the tensors that the model reads, labels included. The trainer passes no others.</summary>
    public IReadOnlyList<string> InputNames => [.. Inputs.Select(input => input.Name), .. LabelNames];

    /// <summary>Loss, labels and targets of the model's task; null for a model without a head.</summary>
    public virtual Objective? Objective => null;

    /// <summary>Names of the tensors that hold the expected answer, such as <c>labels</c>.</summary>
    public IReadOnlyList<string> LabelNames => Objective?.LabelNames ?? [];

    /// <summary>The module that turns token ids into vectors. Null for a model that reads none.</summary>
    public virtual Module<Tensor, Tensor>? InputEmbeddings => null;

    /// <summary>The module whose weight computes the scores of the tokens: <see cref="InputEmbeddings"/> where the head is tied to them. Null for a model that scores no tokens.</summary>
    public virtual Module<Tensor, Tensor>? OutputEmbeddings => null;

    /// <summary>Whether the model reads and extends a key-value cache (<see cref="ForwardOptions.PastKeyValues"/>). Default false.</summary>
    public virtual bool SupportsCache => false;

    /// <summary>Number of targets by which the trainer divides the loss of <paramref name="inputs"/>; 0 where they have no labels.</summary>
    public virtual long CountTargets(ModelInputs inputs) => Objective?.CountTargets(inputs, Config) ?? 0;

    /// <summary>Floating-point operations of a training step on <paramref name="inputs"/>: 6 for each element of the main input and each weight that is not an embedding, as transformers estimates them.</summary>
    public double FloatingPointOperations(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _countedWeights ??= WeightsWithoutEmbeddings(this);
        return 6.0 * (inputs[Inputs[0].Name]?.numel() ?? 0) * _countedWeights.Value;
    }

    /// <summary>Checks the inputs and labels before native code reads them. <c>call</c> does so too, once, unless the caller has done it.</summary>
    /// <param name="inputs">The batch. Values of tensors on a GPU are not checked.</param>
    /// <exception cref="DatasetException">A value is out of range or a shape does not fit; the message names the tensor, the value, its place and the remedy.</exception>
    /// <exception cref="ArgumentException">Required inputs are missing, or there are more tokens than positions.</exception>
    public virtual void CheckInputs(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        InputCheck.All(this, inputs);
        Objective?.CheckLabels(inputs, Config);
    }

    /// <summary>Runs the model with <see cref="ForwardOptions.Default"/>.</summary>
    /// <param name="inputs">The batch.</param>
    public ModelOutput call(ModelInputs inputs) => call(inputs, ForwardOptions.Default);

    /// <summary>Checks the inputs, unless that was done, and runs the model in a dispose scope of its own.</summary>
    /// <param name="inputs">The batch.</param>
    /// <param name="options">The outputs that are wanted, and the cache.</param>
    public sealed override ModelOutput forward(ModelInputs inputs, ForwardOptions options)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        if (!options.AreInputsChecked)
        {
            InputCheck.Options(this, options);
            CheckInputs(inputs);
            options = options with { AreInputsChecked = true };
        }
        using var scope = NewDisposeScope();
        return ForwardCore(inputs, options).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the output. Temporaries need not be disposed: the caller's dispose scope frees them.</summary>
    /// <param name="inputs">The batch; it has been checked.</param>
    /// <param name="options">The outputs that are wanted, and the cache. A model inside this one is called with them.</param>
    protected abstract ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options);

    /// <summary>Changes the number of tokens: of the input embeddings, of the head where it scores tokens, and of the configuration.</summary>
    /// <remarks>transformers' <c>resize_token_embeddings</c>. New rows start near the mean of the others, drawn from libtorch's generator. Parameters are replaced: create the trainer, and adapters, afterwards.</remarks>
    /// <param name="vocabSize">The new number of tokens.</param>
    /// <param name="padToMultipleOf">Rounds the number up to a multiple of this. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is less than 1.</exception>
    /// <exception cref="NotSupportedException">The model reads no token ids, or an adapter is around its embeddings or its head.</exception>
    public virtual void ResizeTokenEmbeddings(int vocabSize, int padToMultipleOf = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf, 1);
        var size = (vocabSize + padToMultipleOf - 1) / padToMultipleOf * padToMultipleOf;
        if (Config is not TextConfig || InputEmbeddings is not Layers.Embedding embeddings)
            throw new NotSupportedException($"The token embeddings of {GetName()} cannot be resized: they are {InputEmbeddings?.GetName() ?? "absent"}. Resize the base model before adapters are added.");
        var untied = ReferenceEquals(OutputEmbeddings, embeddings) ? null : OutputEmbeddings;
        if (untied is not (null or Layers.Linear)) throw new NotSupportedException($"The head of {GetName()} cannot be resized: it is a {untied.GetName()}. Resize the base model before adapters are added.");
        embeddings.Resize(size);
        (untied as Layers.Linear)?.ResizeOutputs(size);
        foreach (var module in modules())
        {
            if (module is Layers.IVocabularySized head) head.ResizeVocabulary(size);
            if (module is PretrainedModel { Config: TextConfig config } part) part.Config = config with { VocabSize = size };
        }
        Config = ((TextConfig)Config) with { VocabSize = size };
    }

    /// <summary>Fills a parameter that no checkpoint gives.</summary>
    /// <param name="owner">The module whose parameter it is.</param>
    /// <param name="name">Its name in that module, such as <c>weight</c>.</param>
    protected internal virtual void InitializeParameter(Module owner, string name) => PretrainedWeights.Initialize(owner, name, Config);

    /// <inheritdoc/>
    public virtual void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        PretrainedWeights.Save(this, folder);
        ConfigFiles.Write(Path.Combine(folder, ConfigFile), Config with { Architectures = [GetName()], Dtype = PretrainedWeights.TypeName(this) });
        if (CanGenerate) GenerationConfig.SavePretrained(folder);
    }

    /// <inheritdoc/>
    public virtual void LoadWeights(string folder) => PretrainedWeights.Load(this, folder, ignoreMismatchedSizes: false, needsAll: true);

    /// <summary>Before the base class makes its first native call: without a backend that would end in TorchSharp's own words, two pages about something else.</summary>
    private static string OnceLoaded(string name)
    {
        NativeBackend.Load();
        return name;
    }

    private static long WeightsWithoutEmbeddings(Module module) => module is Layers.Embedding or TorchSharp.Modules.Embedding ? 0
        : module.parameters(recurse: false).Sum(parameter => parameter.numel()) + module.children().Sum(WeightsWithoutEmbeddings);
}
