using System.Diagnostics.CodeAnalysis;
using PeftSharp.Internal;
using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>A model that is loaded from and saved to transformers' folders: the base of every family's models and heads.</summary>
/// <remarks>transformers' <c>PreTrainedModel</c>. It is called with <see cref="ModelInputs"/>, through <c>call</c>.</remarks>
public abstract class PretrainedModel : Module<ModelInputs, ModelOutput>, ISavePretrained
{
    private const string ConfigFile = "config.json";
    private long? _countedWeights;

    /// <param name="name">Name of the class as transformers writes it, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration; it is checked here.</param>
    /// <param name="family">The family that the model belongs to.</param>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    /// <exception cref="NativeBackendException">The program has no native backend, or it does not load.</exception>
    protected PretrainedModel(string name, PretrainedConfig config, ModelFamily family) : base(OnceLoaded(name))
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        (Config, Family, GenerationConfig) = (config, family, GenerationConfig.FromModelConfig(config));
    }

    /// <summary>The values that the model was built from.</summary>
    public PretrainedConfig Config { get; }

    /// <summary>What the library knows of the model's kind.</summary>
    public ModelFamily Family { get; }

    /// <summary>The folder that the model was loaded from; null for one that was not. An adapter names it as its base model.</summary>
    public string? NameOrPath { get; internal set; }

    /// <summary>How the checkpoint met the model; null for a model that was not loaded.</summary>
    public LoadReport? LoadReport { get; internal set; }

    /// <summary>Whether the model writes on: its head scores the next token. Default false.</summary>
    public virtual bool CanGenerate => false;

    /// <summary>How the model generates text unless a call says otherwise; read from and written to <c>generation_config.json</c>.</summary>
    public GenerationConfig GenerationConfig { get; set; }

    /// <summary>Where the model's weights are.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    [SuppressMessage("Design", "CA1065", Justification = "A model has no weights only when it was disposed.")]
    public Device Device => parameters().FirstOrDefault()?.device ?? throw new ObjectDisposedException(GetName(), $"This {GetName()} was disposed: its weights are gone. Load it again.");

    /// <summary>Names of the tensors that <c>forward</c> reads; the trainer gives no others.</summary>
    public abstract IReadOnlyList<string> InputNames { get; }

    /// <summary>Names of the tensors that say what the model should have answered. Default <c>labels</c>.</summary>
    public virtual IReadOnlyList<string> LabelNames => ["labels"];

    /// <summary>The module that turns ids into vectors.</summary>
    public abstract Module<Tensor, Tensor> InputEmbeddings { get; }

    /// <summary>The linear layer that scores the tokens; where <see cref="PretrainedConfig.TieWordEmbeddings"/> is set, its weight is that of <see cref="InputEmbeddings"/>. Null for a model without such a head.</summary>
    public virtual Module<Tensor, Tensor>? OutputEmbeddings => null;

    /// <summary>How many targets the trainer divides the loss of <paramref name="inputs"/> by; 0 where it has no labels.</summary>
    public abstract long CountTargets(ModelInputs inputs);

    /// <summary>Floating point operations of a training step on <paramref name="inputs"/>: 6 for each token and each weight that is not an embedding, as transformers estimates them.</summary>
    public double FloatingPointOperations(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _countedWeights ??= WeightsWithoutEmbeddings(this);
        return 6.0 * (inputs.InputIds?.numel() ?? 0) * _countedWeights.Value;
    }

    /// <summary>Looks for ids and labels that native code would crash on; <c>forward</c> does so too where the tensors are on the CPU.</summary>
    /// <exception cref="DatasetException">A number is out of range; the message names it, its place and the way out.</exception>
    public virtual void CheckInputs(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.InputIds is { } ids) InputCheck.TokenIds(ids, Config.VocabSize);
        if (Config.MaxPositions is { } positions && (inputs.InputIds ?? inputs.InputsEmbeds?.select(-1, 0)) is { } tokens) InputCheck.Length(tokens.shape[^1], positions);
    }

    /// <summary>Fills a parameter that no checkpoint gives.</summary>
    /// <param name="owner">The module whose parameter it is.</param>
    /// <param name="name">Its name in that module, such as <c>weight</c>.</param>
    protected internal virtual void InitializeParameter(Module owner, string name) => PretrainedWeights.Initialize(owner, name, Config);

    /// <inheritdoc/>
    public virtual void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FolderAccess.Create(folder);
        PretrainedWeights.Save(this, folder);
        ConfigFiles.Write(Path.Combine(folder, ConfigFile), Config with { Architectures = [GetName()], Dtype = PretrainedWeights.TypeName(this) });
        if (CanGenerate) GenerationConfig.SavePretrained(folder);
    }

    /// <inheritdoc/>
    public virtual void LoadWeights(string folder) => PretrainedWeights.LoadAll(this, folder);

    /// <summary>Before the base class makes its first native call: without a backend that would end in TorchSharp's own words, two pages about something else.</summary>
    private static string OnceLoaded(string name)
    {
        NativeBackend.Load();
        return name;
    }

    private static long WeightsWithoutEmbeddings(Module module) => module is Layers.Embedding or TorchSharp.Modules.Embedding ? 0
        : module.parameters(recurse: false).Sum(parameter => parameter.numel()) + module.children().Sum(WeightsWithoutEmbeddings);
}
