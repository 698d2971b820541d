using PeftSharp.Generation;
using PeftSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>The base class of all models, which can be loaded from and saved to folders in transformers' format.</summary>
/// <remarks>
/// <para>
/// Corresponds to transformers' <c>PreTrainedModel</c>. Use <c>call</c> to run the model with a batch and, optionally, options. A custom
/// model class derives from <see cref="PretrainedModel{TSelf, TConfig}"/> or, for a head on a body, from
/// <see cref="HeadModel{TSelf, TConfig}"/>.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once, and generate with it in either mode. Training, loading
/// weights, moving and disposing it need exclusive use. Switching between training and evaluation mode throws during generation,
/// evaluation, a call of a predictor for texts, and a call of a model with adapters.
/// </para>
/// </remarks>
public abstract partial class PretrainedModel : Module<ModelInputs, ForwardOptions, ModelOutput>
{
    private bool _isDisposed;
    private readonly Func<PretrainedConfig>? _innerConfig;
    private PretrainedConfig _config;
    private GenerationConfig _generationConfig;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    /// <exception cref="NativeBackendException">The native backend is missing or cannot be loaded.</exception>
    protected PretrainedModel(string name, PretrainedConfig config) : base(OnceLoaded(name))
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        (_config, _generationConfig, Calls) = (config, GenerationConfig.FromModelConfig(config), new CallGate());
    }

    /// <summary>Creates a model that wraps <paramref name="inner"/> and has its configuration, its name and its report.</summary>
    private protected PretrainedModel(string name, PretrainedModel inner) : this(name, inner.Config) =>
        (NameOrPath, LoadReport, Calls, _innerConfig) = (inner.NameOrPath, inner.LoadReport, inner.Calls, () => inner.Config);

    /// <summary>The configuration of the model.</summary>
    public PretrainedConfig Config
    {
        get => _innerConfig?.Invoke() ?? _config;        // of the wrapped model, whose configuration can change (the problem type)
        private set => _config = value;
    }

    /// <summary>The family that the model belongs to.</summary>
    public ModelFamily Family => Config.Family;

    /// <summary>
    /// The folder or the name on the Hugging Face Hub from which the model was loaded; null if it was not loaded. An adapter records this
    /// value as its base model.
    /// </summary>
    public string? NameOrPath { get; internal set; }

    /// <summary>The result of loading the checkpoint; null if the model was not loaded.</summary>
    public LoadReport? LoadReport { get; internal set; }

    /// <summary>Whether the model can generate text: its head predicts the next token. Default false.</summary>
    public virtual bool CanGenerate => false;

    /// <summary>
    /// The default generation settings of the model. Loading a model that can generate text reads them from <c>generation_config.json</c>
    /// or, if there is no such file, takes the special tokens from <c>config.json</c>. Saving such a model writes
    /// <c>generation_config.json</c>.
    /// </summary>
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

    /// <summary>The running calls of this model; shared with a wrapping model.</summary>
    internal CallGate Calls { get; private protected init; }

    /// <summary>The module whose parameter names are those in the files: the model itself, or the module that it wraps.</summary>
    internal virtual Module WeightsRoot => this;

    /// <summary>The device of the model's weights.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public Device Device
    {
        get
        {
            ThrowIfDisposed();
            return parameters().FirstOrDefault()?.device ?? CPU;
        }
    }

    /// <summary>The tensors that the model reads, without labels; the first is the main input.</summary>
    public abstract IReadOnlyList<InputSpec> Inputs { get; }

    /// <summary>
    /// Names of the tensors that the model reads, including labels. The trainer passes only these, and a call with any other tensor
    /// throws.
    /// </summary>
    public IReadOnlyList<string> InputNames => [.. Inputs.Select(input => input.Name), .. LabelNames];

    /// <summary>
    /// The options that the model supports, by their names in Python. Possible names: <c>past_key_values</c>, <c>logits_to_keep</c>,
    /// <c>output_hidden_states</c>, <c>output_attentions</c>, <c>interpolate_pos_encoding</c>, <c>return_loss</c>, <c>adapter_names</c>. A
    /// call throws if it sets one of these options (<see cref="ForwardOptions"/>) and the model does not support it. Default: empty.
    /// </summary>
    public virtual IReadOnlyList<string> OptionNames => [];

    /// <summary>The training objective of the model's task; null for a model without a head.</summary>
    public virtual Objective? Objective => null;

    /// <summary>Names of the tensors that hold the labels, such as <c>labels</c>.</summary>
    public IReadOnlyList<string> LabelNames => Objective?.LabelNames ?? [];

    /// <summary>
    /// The module that maps token ids to embeddings. Null for a model that does not read token ids, for <c>ClipModel</c>, and for a custom
    /// model that does not override the property.
    /// </summary>
    public virtual Module<Tensor, Tensor>? InputEmbeddings => null;

    /// <summary>
    /// The linear layer that computes the logits of a language model. If <see cref="PretrainedConfig.TieWordEmbeddings"/> is set, the layer
    /// uses the weight of <see cref="InputEmbeddings"/>. Null for a model without such a head.
    /// </summary>
    public virtual Module<Tensor, Tensor>? OutputEmbeddings => null;

    /// <summary>Whether the model supports a key-value cache (<see cref="ForwardOptions.PastKeyValues"/>).</summary>
    public bool SupportsCache => OptionNames.Contains("past_key_values");

    /// <summary>
    /// Number of targets in <paramref name="inputs"/>; 0 if the batch does not contain the labels that the objective needs, or if the model
    /// has no objective. The trainer divides the loss of an optimizer step by the number of targets in all batches of the step.
    /// </summary>
    public virtual long CountTargets(ModelInputs inputs) => Objective?.CountTargets(inputs, Config) ?? 0;

    /// <summary>
    /// Whether the model divides the summed loss by <see cref="ForwardOptions.NumItemsInBatch"/> if this option is set (transformers'
    /// <c>accepts_loss_kwargs</c>). Default false: the option is null, and the loss is the mean over the targets of the batch. The trainer
    /// then multiplies the loss by the proportion of the optimizer step's targets that are in the batch.
    /// </summary>
    public virtual bool LossUsesNumItemsInBatch => false;

    /// <summary>Switches the model to training mode (dropout is active) or evaluation mode.</summary>
    /// <exception cref="InvalidOperationException">
    /// The mode would change during generation, evaluation, a call of a predictor for texts, or a call of a model with adapters.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public override void train(bool train = true)
    {
        ThrowIfDisposed();
        if (training == train && modules().All(module => module.training == train)) return;
        using var change = Calls.Change($"Switching the model to {(train ? "training" : "evaluation")} mode");
        base.train(train);
    }

    /// <summary>
    /// Checks the inputs and labels before native code reads them. <c>call</c> calls this method, unless the library, for example the
    /// trainer, has already checked the batch.
    /// </summary>
    /// <param name="inputs">The batch. Values of tensors on a GPU are not checked.</param>
    /// <exception cref="DatasetException">
    /// A value is out of range, or a data type or a shape is wrong; the message names the tensor, the fault and the remedy.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// A required input is missing, the batch contains embeddings in addition to token ids, or there are more tokens than positions.
    /// </exception>
    public virtual void CheckInputs(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        InputCheck.All(this, inputs);
        Objective?.CheckLabels(inputs, Config);
    }

    /// <summary>Rejects tensors and options that the model does not read.</summary>
    /// <exception cref="ArgumentException">
    /// The model does not read a tensor or option; the message names it and those that the model reads.
    /// </exception>
    internal virtual void CheckOptions(ModelInputs inputs, ForwardOptions options) => InputCheck.Keywords(this, inputs, options);

    /// <summary>
    /// Number of tokens that the model inserts before each text, for generation: they occupy positions and cache capacity.
    /// </summary>
    internal virtual int CountVirtualTokens(ForwardOptions options) => 0;

    /// <summary>
    /// The number of tokens beyond which generation must compute the cached keys anew, because the rotary frequencies of all tokens change.
    /// Null: never.
    /// </summary>
    internal virtual int? CacheValidLength => null;

    /// <summary>Called by the trainer after each optimizer step, before gradients are cleared. Does nothing by default.</summary>
    /// <param name="globalStep">One-based number of the step.</param>
    /// <param name="maxSteps">Total number of steps of the run.</param>
    protected internal virtual void OnOptimizerStep(int globalStep, int maxSteps) { }

    /// <summary>Runs the model with <see cref="ForwardOptions.Default"/>.</summary>
    /// <param name="inputs">The batch, on the device of the model.</param>
    /// <returns>The output, which the caller disposes.</returns>
    /// <exception cref="DatasetException">A value is out of range, or a data type or a shape is wrong.</exception>
    /// <exception cref="ArgumentException">
    /// A required input is missing, the batch contains embeddings in addition to token ids, the call passes a tensor or an option that the
    /// model does not read, or there are more tokens than positions.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public ModelOutput call(ModelInputs inputs) => call(inputs, ForwardOptions.Default);

    /// <summary>Checks the inputs, unless the caller has already checked them, and runs the model in a separate dispose scope.</summary>
    /// <param name="inputs">The batch, on the device of the model.</param>
    /// <param name="options">The options of the forward pass.</param>
    /// <returns>The output, which the caller disposes.</returns>
    /// <exception cref="DatasetException">A value is out of range, or a data type or a shape is wrong.</exception>
    /// <exception cref="ArgumentException">
    /// A required input is missing, the batch contains embeddings in addition to token ids, the call passes a tensor or an option that the
    /// model does not read, or there are more tokens than positions.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public sealed override ModelOutput forward(ModelInputs inputs, ForwardOptions options)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfDisposed();
        if (!options.AreInputsChecked)
        {
            CheckOptions(inputs, options);
            CheckInputs(inputs);
            options = options with { AreInputsChecked = true };
        }
        using var scope = NewDisposeScope();
        return ForwardCore(inputs, options).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the output. Temporary tensors need not be disposed: the caller's dispose scope frees them.</summary>
    /// <param name="inputs">The batch, which has been checked.</param>
    /// <param name="options">The options of the forward pass. Pass the options to an inner model.</param>
    protected abstract ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options);

    /// <summary>
    /// Stores the problem type that the labels of a batch determine, as transformers does, so that a saved classifier records whether it
    /// predicts one class, several labels or numbers.
    /// </summary>
    private protected void KeepProblemType(ModelInputs inputs)
    {
        if (Config.ProblemType is null && Objective is SequenceClassificationObjective && inputs.Labels is { } labels)
            Config = Config with { ProblemType = Losses.ProblemTypeOf(labels, Config) };
    }

    /// <summary>Frees the weights.</summary>
    /// <param name="disposing">Whether <c>Dispose</c> was called.</param>
    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }

    /// <exception cref="ObjectDisposedException">The model, or the model that it wraps, has been disposed.</exception>
    internal virtual void ThrowIfDisposed()
    {
        if (_isDisposed) throw new ObjectDisposedException(GetName(), $"This {GetName()} has been disposed. Load it again.");
    }

    /// <summary>
    /// Loads libtorch before the base class makes its first native call: a missing backend is then reported by this library's exception
    /// instead of TorchSharp's misleading one.
    /// </summary>
    private static string OnceLoaded(string name)
    {
        NativeBackend.Load();
        return name;
    }
}
