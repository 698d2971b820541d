using System.Diagnostics.CodeAnalysis;
using PeftSharp.Internal;
using PeftSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>A model that is loaded from and saved to transformers' folders: the base of every family's models and heads.</summary>
/// <remarks>
/// <para>transformers' <c>PreTrainedModel</c>. It is called through <c>call</c> with a batch and, optionally, options. A class of your own derives from
/// <see cref="PretrainedModel{TSelf, TConfig}"/> or, with a head on a body, from <see cref="HeadModel{TSelf, TConfig}"/>.</para>
/// <para>Thread safety: several threads can call one model in evaluation mode at once, and generate with it in either mode. Training, loading weights, moving and disposing it need exclusive use; switching between training and evaluation mode while calls are counted (generation, evaluation, models with adapters) is refused.</para>
/// </remarks>
public abstract class PretrainedModel : Module<ModelInputs, ForwardOptions, ModelOutput>, ISavePretrained
{
    private const string ConfigFile = "config.json";
    private long? _countedWeights;
    private GenerationConfig _generationConfig;

    /// <param name="name">Name of the class as transformers writes it, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration; it is checked here.</param>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    /// <exception cref="NativeBackendException">The program has no native backend, or it does not load.</exception>
    protected PretrainedModel(string name, PretrainedConfig config) : base(OnceLoaded(name))
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        (Config, _generationConfig, Calls) = (config, GenerationConfig.FromModelConfig(config), new CallGate());
    }

    /// <summary>A model around another one: what callers can ask it about the model comes from <paramref name="inner"/>.</summary>
    private protected PretrainedModel(string name, PretrainedModel inner) : this(name, inner.Config) =>
        (NameOrPath, LoadReport, Calls) = (inner.NameOrPath, inner.LoadReport, inner.Calls);

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

    /// <summary>The module whose parameter names are those of the files: the model itself, or the module that it wraps.</summary>
    internal virtual Module WeightsRoot => this;

    /// <summary>Where the model's weights are.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    [SuppressMessage("Design", "CA1065", Justification = "A model has no weights only when it was disposed.")]
    public Device Device => parameters().FirstOrDefault()?.device ?? throw new ObjectDisposedException(GetName(), $"This {GetName()} was disposed: its weights are gone. Load it again.");

    /// <summary>The tensors that the model reads, without the labels; the first is the main input.</summary>
    public abstract IReadOnlyList<InputSpec> Inputs { get; }

    /// <summary>Names of the tensors that the model reads, labels included. The trainer passes no others, and a call with another one is refused.</summary>
    public IReadOnlyList<string> InputNames => [.. Inputs.Select(input => input.Name), .. LabelNames];

    /// <summary>Names of the options that the model reads (<see cref="ForwardOptions"/>): <c>past_key_values</c>, <c>logits_to_keep</c>, <c>output_hidden_states</c>, <c>output_attentions</c>, <c>adapter_names</c>. A call with another one is refused. Default: none.</summary>
    public virtual IReadOnlyList<string> OptionNames => [];

    /// <summary>Loss, labels and targets of the model's task; null for a model without a head.</summary>
    public virtual Objective? Objective => null;

    /// <summary>Names of the tensors that hold the expected answer, such as <c>labels</c>.</summary>
    public IReadOnlyList<string> LabelNames => Objective?.LabelNames ?? [];

    /// <summary>The module that turns token ids into vectors. Null for a model that reads none.</summary>
    public virtual Module<Tensor, Tensor>? InputEmbeddings => null;

    /// <summary>The linear layer that scores the tokens; where <see cref="PretrainedConfig.TieWordEmbeddings"/> is set, its weight is that of <see cref="InputEmbeddings"/>. Null for a model without such a head.</summary>
    public virtual Module<Tensor, Tensor>? OutputEmbeddings => null;

    /// <summary>Whether the model reads and extends a key-value cache (<see cref="ForwardOptions.PastKeyValues"/>).</summary>
    public bool SupportsCache => OptionNames.Contains("past_key_values");

    /// <summary>Number of targets by which the trainer divides the loss of <paramref name="inputs"/>; 0 where they have no labels.</summary>
    public virtual long CountTargets(ModelInputs inputs) => Objective?.CountTargets(inputs, Config) ?? 0;

    /// <summary>
    /// Whether the loss is divided by <see cref="ForwardOptions.NumItemsInBatch"/> if that is set (transformers' <c>accepts_loss_kwargs</c>). Default false: the loss is the mean over the targets of its
    /// batch, as most losses are, and the trainer weights it by the batch's share of the targets of an optimizer step; <see cref="ForwardOptions.NumItemsInBatch"/> is then null.
    /// </summary>
    public virtual bool AcceptsLossKwargs => false;

    /// <summary>The parameters that no checkpoint gave.</summary>
    internal virtual NewWeights NewWeights { get; } = new();

    /// <summary>Floating-point operations of a training step on <paramref name="inputs"/>: 6 for each element of the main input and each weight that is not an embedding, as transformers estimates them.</summary>
    public double FloatingPointOperations(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _countedWeights ??= WeightsWithoutEmbeddings(this);
        return 6.0 * (inputs[Inputs[0].Name]?.numel() ?? 0) * _countedWeights.Value;
    }

    /// <summary>Switches dropout on or off in all modules of the model.</summary>
    /// <exception cref="InvalidOperationException">The mode would change while a call of the model is running.</exception>
    public override void train(bool train = true)
    {
        if (training == train && modules().All(module => module.training == train)) return;
        using var change = Calls.Change($"Switching the model to {(train ? "training" : "evaluation")} mode");
        base.train(train);
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

    /// <summary>Refuses tensors and options that the model does not read, once for each call.</summary>
    /// <exception cref="ArgumentException">There is one; the message names it and what the model reads.</exception>
    internal virtual void CheckOptions(ModelInputs inputs, ForwardOptions options) => InputCheck.Keywords(this, inputs, options);

    /// <summary>Number of tokens that the model puts before each text by itself, for generation: they take positions and room in the cache.</summary>
    internal virtual int VirtualTokens(ForwardOptions options) => 0;

    /// <summary>Called by the trainer after each optimizer step, while the gradients of the step are still there. Default: nothing.</summary>
    /// <param name="globalStep">Number of the step, from 1.</param>
    /// <param name="maxSteps">Number of steps of the whole run.</param>
    protected internal virtual void OnOptimizerStep(int globalStep, int maxSteps) { }

    /// <summary>Tensors by name that training needs to resume exactly and that <see cref="SavePretrained"/> does not write. A checkpoint saves them; resuming copies their values back. Default: none.</summary>
    protected internal virtual IReadOnlyDictionary<string, Tensor> TrainingState() => new Dictionary<string, Tensor>();

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
            CheckOptions(inputs, options);
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
        if (OutputEmbeddings is not (null or Layers.Linear or Layers.TiedLinear)) throw new NotSupportedException($"The head of {GetName()} cannot be resized: its type is {OutputEmbeddings.GetName()}. Resize the base model before adapters are added.");
        embeddings.Resize(size);
        (OutputEmbeddings as Layers.Linear)?.ResizeOutputs(size);
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
