using PeftSharp.Generation;
using PeftSharp.Hub;
using PeftSharp.Modeling;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>
/// A frozen model with adapters. It can be trained, saved and used for generation like any model, but only the adapters are trained and
/// saved.
/// </summary>
/// <remarks>
/// <para>
/// peft's <c>PeftModel</c>. Created by <see cref="PeftExtensions.GetPeftModel{TModel}"/> or
/// <see cref="FromPretrained{TModel}(TModel, string, string, bool, bool, string, HubOptions, bool, CancellationToken)"/>.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once, each call with its own adapters. Changing the adapters
/// while calls are running throws. Training, moving and disposing the model need exclusive use.
/// </para>
/// </remarks>
public abstract partial class PeftModel : PretrainedModel
{
    private const string BaseName = "base_model";
    private readonly Dictionary<string, PeftConfig> _configs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _frozen = new(StringComparer.Ordinal);
    private readonly AdapterState _adapters = new();
    private readonly AdapterTree _tree;
    private readonly Tuner _tuner;
    private readonly PeftRoot? _root;
    private readonly string _peftType;
    private readonly string[] _learnedBefore;
    private readonly IReadOnlyList<string> _untrainedBefore;
    private PretrainedModel? _base;

    private protected PeftModel(PretrainedModel model, PeftConfig config) : base("PeftModel", model)
    {
        model.ThrowIfDisposed();
        if (model is PeftModel)
            throw new ArgumentException("This model already has adapters. Call AddAdapter to add another one.", nameof(model));
        var modules = ModuleTree.Walk(model, module => module is IAdapterModule);
        if (modules.FirstOrDefault(place => place.Module is IAdapterModule) is { } wrapped)
            throw new ArgumentException($"This model already has adapters: '{wrapped.Path}' belongs to another PeftModel. "
                + "Call AddAdapter on that model, or call Unload on it first.", nameof(model));
        (_base, _peftType, _tree, _tuner) = (model, config.PeftType, new AdapterTree(model, _adapters), config.CreateTuner());
        _learnedBefore = [.. model.named_parameters().Where(pair => pair.parameter.requires_grad).Select(pair => pair.name)];
        _untrainedBefore = model.NewWeights.Untrained;
        if (_tuner.IsModelNested) _root = new PeftRoot(model);
        register_module(BaseName, (Module?)_root ?? model);
        _tuner.Bind(_tree, owner: (Module?)_root ?? this);
        train(model.training);
        if (model.Device.type != DeviceType.CPU) this.to(model.Device);
    }

    /// <summary>The configuration of each adapter, completed with the defaults of the tuning method and of the model.</summary>
    public IReadOnlyDictionary<string, PeftConfig> PeftConfigs => _configs;

    /// <summary>
    /// The active adapters, in the order in which they are applied; <see cref="SetAdapter(string[])"/> sets them. Calls in a scope
    /// of <see cref="UseAdapter"/>, <see cref="UseAdapters"/> or <see cref="DisableAdapter"/> use the adapters of the scope instead.
    /// </summary>
    public IReadOnlyList<string> ActiveAdapters => _adapters.Default.Active;

    /// <summary>The adapters that are merged into the base weights, in the order in which they were merged.</summary>
    public IReadOnlyList<string> MergedAdapters => _adapters.Merged;

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => Base.Inputs;

    /// <inheritdoc/>
    public override Objective? Objective => Base.Objective;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [.. Base.OptionNames, "adapter_names"];

    /// <inheritdoc/>
    public override GenerationConfig GenerationConfig
    {
        get => Base.GenerationConfig;
        set => Base.GenerationConfig = value;
    }

    /// <inheritdoc/>
    public override bool LossUsesNumItemsInBatch => Base.LossUsesNumItemsInBatch;

    internal override NewWeights NewWeights => Base.NewWeights;

    internal override string? FrozenNewWeights => _configs.Count == 0 ? null
        : FrozenHead.Warning(Base, NewWeightsOutsideAdapters(), ActiveConfig);

    /// <summary>
    /// The warning about frozen new weights that <see cref="PeftExtensions.GetPeftModel{TModel}"/> wrote to the standard error stream.
    /// Null: none.
    /// </summary>
    internal string? WarningOnStandardError { get; set; }

    internal override IEnumerable<KeyValuePair<string, Tensor>> WeightsByName() =>
        Base.WeightsByName().Concat(_configs.SelectMany(pair => _tuner.GetFileTensors(pair.Key, pair.Value))
            .Where(pair => pair.Key.StartsWith(_tuner.KeyPrefix, StringComparison.Ordinal))
            .Select(pair => KeyValuePair.Create(pair.Key[_tuner.KeyPrefix.Length..], pair.Value)));

    private PeftConfig ActiveConfig => _configs[ActiveAdapters.FirstOrDefault(_configs.ContainsKey) ?? _configs.Keys.First()];

    /// <summary>New weights that are frozen and that no adapter has a copy of.</summary>
    private string[] NewWeightsOutsideAdapters()
    {
        if (NewWeights.Untrained.Count == 0) return [];
        using var scope = NewDisposeScope();
        var saved = _configs.SelectMany(pair => Tensors(pair.Key, pair.Value).Keys)
            .Where(key => key.StartsWith(_tuner.KeyPrefix, StringComparison.Ordinal)).Select(key => key[_tuner.KeyPrefix.Length..]);
        var unfrozen = Base.WeightsByName().Where(pair => pair.Value.requires_grad).Select(pair => pair.Key);
        return [.. NewWeights.Untrained.Except(saved, StringComparer.Ordinal).Except(unfrozen, StringComparer.Ordinal)];
    }

    internal override int? CacheValidLength => Base.CacheValidLength;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor>? InputEmbeddings => Base.InputEmbeddings;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor>? OutputEmbeddings => Base.OutputEmbeddings;

    /// <summary>The wrapped model, whose layers hold the adapters.</summary>
    private protected PretrainedModel Base => _base ?? throw new ObjectDisposedException(GetName(), $"This {GetName()} was unloaded. "
        + "Use the base model that Unload or MergeAndUnload returned.");

    /// <summary>The class of the base model.</summary>
    internal string BaseModelClass => Base.GetName();

    /// <summary>The name or the folder from which the base model was loaded. Null: it is new.</summary>
    internal string? BaseNameOrPath => Base.NameOrPath;

    internal override void ThrowIfDisposed()
    {
        var model = Base;
        base.ThrowIfDisposed();
        model.ThrowIfDisposed();
    }

    /// <summary>Loads a saved adapter onto a base model.</summary>
    /// <param name="model">The base model that the adapter was trained on.</param>
    /// <param name="nameOrFolder">
    /// The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>; or, if there is no such folder, a name on the
    /// Hugging Face Hub.
    /// </param>
    /// <param name="adapterName">The name of the adapter in this model. Default <c>default</c>.</param>
    /// <param name="isTrainable">Whether the adapter is trainable. Default false.</param>
    /// <param name="strict">
    /// Whether entries of the configuration that do not match any module, or that are unknown, cause an exception instead of being reported
    /// in <see cref="PretrainedModel.LoadReport"/>. Default false, as in peft.
    /// </param>
    /// <param name="revision">Branch, tag or commit of the repository on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Options of the download. Null: the environment variables and the defaults.</param>
    /// <param name="allowPickle">
    /// Whether <c>adapter_model.bin</c> is downloaded and read if there is no <c>adapter_model.safetensors</c>; no code in it is run.
    /// Default false.
    /// </param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="ArgumentException">The model already has adapters, or the adapter name is invalid.</exception>
    /// <exception cref="CheckpointException">A file is missing, malformed or not supported, or does not match the model.</exception>
    /// <exception cref="InvalidOperationException">Calls of the model are running.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public static PeftModel<TModel> FromPretrained<TModel>(
        TModel model, string nameOrFolder, string adapterName = AdapterNames.Default, bool isTrainable = false, bool strict = false,
        string? revision = null, HubOptions? hub = null, bool allowPickle = false, CancellationToken cancellationToken = default)
        where TModel : PretrainedModel
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        var folder = HubFolder.Resolve(nameOrFolder, HubFiles.OfAdapter.WithPickle(allowPickle), revision, hub, cancellationToken);
        var config = PeftConfigFile.Read(folder);
        var peft = new PeftModel<TModel>(model, config);
        peft.Start(adapterName, () => peft.LoadAdapter(folder, config, adapterName, isTrainable, strict, allowPickle));
        return peft;
    }

    /// <inheritdoc/>
    public override bool CanGenerate => Base.CanGenerate;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => Base.CountTargets(inputs);

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs) => Base.CheckInputs(inputs);

    internal override int CountVirtualTokens(ForwardOptions options) => _tuner.CountVirtualTokens(ChoiceOf(options) ?? _adapters.Default);

    /// <inheritdoc/>
    protected internal override void OnOptimizerStep(int globalStep, int maxSteps)
    {
        Base.OnOptimizerStep(globalStep, maxSteps);
        _tuner.OnOptimizerStep(globalStep, maxSteps);
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyDictionary<string, Tensor> GetTrainingState() =>
        Base.GetTrainingState().Select(pair => KeyValuePair.Create($"{AdapterChoice.BaseModel}.{pair.Key}", pair.Value))
            .Concat(_configs.Keys.SelectMany(adapter => _tuner.GetTrainingState(adapter)
                .Select(pair => KeyValuePair.Create($"{adapter}.{pair.Key}", pair.Value))))
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>Not supported: resize the token embeddings of the base model before you add adapters.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void ResizeTokenEmbeddings(int vocabSize, int padToMultipleOf = 1) =>
        throw new NotSupportedException("The token embeddings of a model with adapters cannot be resized, because they are not saved "
            + "with the adapters. Call ResizeTokenEmbeddings on the base model before GetPeftModel.");

    /// <inheritdoc/>
    protected internal override void InitializeParameter(Module owner, string name) => Base.InitializeParameter(owner, name);

    /// <summary>
    /// Counts the elements of the parameters: the trainable ones, and all of them (peft's <c>get_nb_trainable_parameters</c>).
    /// </summary>
    public TrainableParameters CountTrainableParameters()
    {
        ThrowIfDisposed();
        var sizes = this.parameters().Select(parameter => (Count: parameter.numel(), parameter.requires_grad)).ToArray();
        return new TrainableParameters(sizes.Where(size => size.requires_grad).Sum(size => size.Count), sizes.Sum(size => size.Count));
    }

    /// <summary>
    /// Writes the same line as peft, such as <c>trainable params: 294,912 || all params: 124,734,720 || trainable%: 0.2364</c>.
    /// </summary>
    /// <param name="writer">The output, such as <c>Console.Out</c>.</param>
    public void PrintTrainableParameters(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine(CountTrainableParameters());
    }

    /// <summary>Adds the first adapter; if this fails, the model is restored.</summary>
    internal void Start(string adapterName, Action add)
    {
        try { add(); }
        catch
        {
            Abandon();
            throw;
        }
        _adapters.Default = AdapterChoice.ForAll([adapterName]);
        SetTrainable();
    }

    /// <summary>Sets which parameters are trainable, according to the active adapters.</summary>
    private void SetTrainable()
    {
        var learning = _adapters.Merged.Count == 0 && _adapters.Owner is null
            ? _adapters.Default.Active.Where(adapter => !_frozen.Contains(adapter)).ToArray()
            : [];
        foreach (var parameter in this.parameters()) parameter.requires_grad = false;
        foreach (var adapter in learning)
            foreach (var parameter in _tuner.GetTrainedParameters(adapter, _configs[adapter])) parameter.requires_grad = true;
    }

    private void Abandon()
    {
        _tuner.Release([]);
        _root?.Release();
        if (_root is null) register_module(BaseName, null!);
        _base = null;
        Dispose();
    }

    private void RequireKnown(IEnumerable<string> names)
    {
        foreach (var name in names)
            if (!_configs.ContainsKey(name))
                throw new ArgumentException(
                    $"There is no adapter '{name}'. " + (_configs.Count == 0 ? "All adapters of this model have been deleted."
                    : $"Available adapters: {string.Join(", ", _configs.Keys.Select(known => $"'{known}'"))}."));
    }

    private void RequireUnmerged(string what)
    {
        if (_adapters.Merged.Count > 0)
            throw new InvalidOperationException($"{what} is not possible while adapters are merged into the weights "
                + $"({string.Join(", ", _adapters.Merged.Select(name => $"'{name}'"))}). Call Unmerge first.");
    }

    /// <summary>Starts a change of the adapters.</summary>
    /// <exception cref="InvalidOperationException">
    /// Calls of the model are running, or a scope of <see cref="DisableAdapter"/> has unmerged the adapters.
    /// </exception>
    private CallGate.RunningChange BeginChange(string what)
    {
        ThrowIfDisposed();
        var change = Calls.Change(what);
        if (_adapters.Owner is null) return change;
        change.Dispose();
        throw new InvalidOperationException($"{what} is not possible while a DisableAdapter scope has unmerged the adapters, "
            + "because the scope merges them again when it is disposed. Dispose the scope first.");
    }
}
