using System.Diagnostics.CodeAnalysis;
using PeftSharp.Internal;
using PeftSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>A model that is loaded from and saved to transformers' folders: the base of every family's models and heads.</summary>
/// <remarks>
/// <para>transformers' <c>PreTrainedModel</c>. It is called with <see cref="ModelInputs"/>, through <c>call</c>.</para>
/// <para>Thread safety: several threads can call one model in evaluation mode at once, and generate with it in either mode. Training, loading weights, moving and disposing it need exclusive use; switching between training and evaluation mode while calls are counted (generation, evaluation, models with adapters) is refused.</para>
/// </remarks>
public abstract class PretrainedModel : Module<ModelInputs, ModelOutput>, ISavePretrained
{
    private const string ConfigFile = "config.json";
    private long? _countedWeights;
    private GenerationConfig _generationConfig;

    /// <param name="name">Name of the class as transformers writes it, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration; it is checked here.</param>
    /// <param name="family">The family that the model belongs to.</param>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    /// <exception cref="NativeBackendException">The program has no native backend, or it does not load.</exception>
    protected PretrainedModel(string name, PretrainedConfig config, ModelFamily family) : base(OnceLoaded(name))
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        (Config, Family, _generationConfig, Calls) = (config, family, GenerationConfig.FromModelConfig(config), new CallGate());
        register_forward_pre_hook((_, inputs) => CheckKeywords(inputs));
    }

    /// <summary>A model around another one: what callers can ask it about the model comes from <paramref name="inner"/>.</summary>
    private protected PretrainedModel(string name, PretrainedModel inner) : this(name, inner.Config, inner.Family) =>
        (NameOrPath, LoadReport, Calls) = (inner.NameOrPath, inner.LoadReport, inner.Calls);

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
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public virtual GenerationConfig GenerationConfig
    {
        get => _generationConfig;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _generationConfig = value;
        }
    }

    /// <summary>The running calls of this model; a model and the one around it share it.</summary>
    internal CallGate Calls { get; private protected init; }

    /// <summary>Whether this is the part of a model without its head. The head's model has checked the inputs, which hold the head's tensors too.</summary>
    internal bool IsBody { get; init; }

    /// <summary>Where the model's weights are.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    [SuppressMessage("Design", "CA1065", Justification = "A model has no weights only when it was disposed.")]
    public Device Device => parameters().FirstOrDefault()?.device ?? throw new ObjectDisposedException(GetName(), $"This {GetName()} was disposed: its weights are gone. Load it again.");

    /// <summary>Names of the tensors that <c>forward</c> reads. The trainer passes no others, and a call with another one is refused.</summary>
    public abstract IReadOnlyList<string> InputNames { get; }

    /// <summary>Names of the options beside tensors that <c>forward</c> reads: <c>past_key_values</c>, <c>logits_to_keep</c>, <c>output_hidden_states</c>, <c>adapter_names</c>. A call with another one is refused. Default: none.</summary>
    public virtual IReadOnlyList<string> OptionNames => [];

    /// <summary>Names of the tensors that say what the model should have answered. Default <c>labels</c>.</summary>
    public virtual IReadOnlyList<string> LabelNames => ["labels"];

    /// <summary>The module that turns ids into vectors.</summary>
    public abstract Module<Tensor, Tensor> InputEmbeddings { get; }

    /// <summary>The linear layer that scores the tokens; where <see cref="PretrainedConfig.TieWordEmbeddings"/> is set, its weight is that of <see cref="InputEmbeddings"/>. Null for a model without such a head.</summary>
    public virtual Module<Tensor, Tensor>? OutputEmbeddings => null;

    /// <summary>How many targets the trainer divides the loss of <paramref name="inputs"/> by; 0 where it has no labels.</summary>
    public abstract long CountTargets(ModelInputs inputs);

    /// <summary>
    /// Whether the loss is divided by <see cref="ModelInputs.NumItemsInBatch"/> if that is set (transformers' <c>accepts_loss_kwargs</c>). Default false: the loss is the mean over the targets of its
    /// batch, as most losses are, and the trainer weights it by the batch's share of the targets of an optimizer step; <see cref="ModelInputs.NumItemsInBatch"/> is then null.
    /// </summary>
    public virtual bool AcceptsLossKwargs => false;

    /// <summary>The parameters that no checkpoint gave.</summary>
    internal virtual NewWeights NewWeights { get; } = new();

    /// <summary>Floating point operations of a training step on <paramref name="inputs"/>: 6 for each token and each weight that is not an embedding, as transformers estimates them.</summary>
    public double FloatingPointOperations(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _countedWeights ??= WeightsWithoutEmbeddings(this);
        return 6.0 * (inputs.InputIds?.numel() ?? 0) * _countedWeights.Value;
    }

    /// <summary>Switches dropout on or off in all modules of the model.</summary>
    /// <exception cref="InvalidOperationException">The mode would change while a call of the model is running.</exception>
    public override void train(bool train = true)
    {
        if (training == train && modules().All(module => module.training == train)) return;
        using var change = Calls.Change($"Switching the model to {(train ? "training" : "evaluation")} mode");
        base.train(train);
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

    private ModelInputs CheckKeywords(ModelInputs inputs)
    {
        if (!IsBody) InputCheck.Keywords(inputs, this);
        return inputs;
    }

    /// <summary>Before the base class makes its first native call: without a backend that would end in TorchSharp's own words, two pages about something else.</summary>
    private static string OnceLoaded(string name)
    {
        NativeBackend.Load();
        return name;
    }

    private static long WeightsWithoutEmbeddings(Module module) => module is Layers.Embedding or TorchSharp.Modules.Embedding ? 0
        : module.parameters(recurse: false).Sum(parameter => parameter.numel()) + module.children().Sum(WeightsWithoutEmbeddings);
}
