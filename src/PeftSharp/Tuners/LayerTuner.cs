using PeftSharp.Modeling;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>The base class of tuning methods that adapt layers: selects the modules to adapt and creates an adapter for each.</summary>
/// <remarks>
/// Thread safety: adapters are called from several threads at once in evaluation mode; the other members are called only while no call is
/// running.
/// </remarks>
/// <typeparam name="TConfig">The configuration type of the tuning method.</typeparam>
public abstract class LayerTuner<TConfig> : Tuner where TConfig : LayerConfig
{
    /// <summary>
    /// Describes the layers that the tuning method can adapt, for error messages, such as <c>linear layers (Linear, Conv1D)</c>.
    /// </summary>
    protected abstract string AdaptableLayers { get; }

    /// <summary>
    /// Roles of the modules that are adapted if the configuration does not specify targets. The model's family maps roles to modules. The
    /// roles are not used if <see cref="ModelFamily.DefaultTargets"/> lists modules for the tuning method.
    /// </summary>
    protected abstract IReadOnlyList<ModuleRole> DefaultRoles { get; }

    /// <summary>Whether the tuning method can adapt a layer.</summary>
    /// <param name="target">A layer without adapters.</param>
    protected abstract bool CanAdapt(LayerTarget target);

    /// <summary>Creates the adapter of one layer, with its initial values.</summary>
    /// <param name="target">The layer, for which <see cref="CanAdapt"/> returned true.</param>
    /// <param name="path">The layer's path in the model, such as <c>transformer.h.0.attn.c_attn</c>.</param>
    /// <param name="config">The adapter's configuration.</param>
    /// <exception cref="ArgumentException">The configuration is invalid for the layer.</exception>
    protected abstract LayerAdapter CreateAdapter(LayerTarget target, string path, TConfig config);

    /// <summary>
    /// Returns a lower bound for the number of elements of a layer's adapter, computed from the sizes in the configuration. Default 0.
    /// </summary>
    private protected virtual Int128 CountElements(LayerTarget target, string path, TConfig config) => 0;

    /// <summary>For each layer of the given adapter: the path of the layer, the layer as a target, and the adapter of this layer.</summary>
    /// <param name="adapterName">The adapter's name.</param>
    protected IEnumerable<(string Path, LayerTarget Target, LayerAdapter Adapter)> GetAdapters(string adapterName) =>
        Layers.Where(entry => entry.Layer.Has(adapterName)).Select(entry => (entry.Path, entry.Layer.Target, entry.Layer[adapterName]));

    /// <summary>
    /// Whether the linear layers of an adapter store their weights as [inputs, outputs] (<c>fan_in_fan_out</c> in peft's files); null if
    /// the adapter has no linear layers. If the layers differ, the last layer determines the value.
    /// </summary>
    /// <param name="adapterName">The adapter's name.</param>
    protected bool? AreWeightsTransposed(string adapterName) =>
        GetAdapters(adapterName).Select(entry => entry.Target).OfType<LinearTarget>()
            .Select(target => (bool?)target.IsTransposed).LastOrDefault();

    /// <summary>The paths of all modules of the model.</summary>
    private protected IReadOnlyList<string> Paths => [.. Tree.Places().Select(place => place.Path)];

    /// <summary>Paths of the layers that a completed configuration selects.</summary>
    private protected IReadOnlyList<string> Match(LayerConfig config) => Match(config, Tree.Places());

    /// <inheritdoc/>
    protected internal override PeftConfig PrepareConfig(PeftConfig config)
    {
        var (given, paths) = ((LayerConfig)config, Paths);
        var layers = given with
        {
            TargetModules = CheckpointTargets.ToModel(given.TargetModules, paths, Model.Family),
            ExcludeModules = CheckpointTargets.ToModel(given.ExcludeModules, paths, Model.Family),
        };
        return layers.TargetModules switch
        {
            { IsAllLinear: false } => layers,
            null => layers with { TargetModules = Defaults(layers) },
            _ => layers with { TargetModules = TargetModules.Create([.. AllLinear(layers)]) },
        };
    }

    /// <inheritdoc/>
    protected override PeftConfig Attach(string adapterName, PeftConfig config, bool isNew)
    {
        var layers = (TConfig)config;
        var places = Tree.Places();
        var matched = Match(layers, places).ToHashSet(StringComparer.Ordinal);
        config.CheckElements(places.Where(place => matched.Contains(place.Path) && IsAdaptable(place)).Aggregate(
            Int128.Zero, (sum, place) => sum
                + CountElements((place.Module as TunerLayer)?.Target ?? LayerTarget.FromModule(place.Module)!, place.Path, layers)));
        foreach (var place in places.Where(place => matched.Contains(place.Path)))
        {
            if (place.Module is IAdapterModule and not TunerLayer)
                throw new ArgumentException($"'{place.Path}' is trained by another adapter (TrainableTokenIndices or "
                    + $"ModulesToSave), so {config.PeftType} cannot adapt it. Exclude it, or add the adapter to a separate model.");
            if (!IsAdaptable(place))
                throw new ArgumentException($"'{place.Path}' is of type {place.Module.GetName()}; {config.PeftType} can adapt only "
                    + $"{AdaptableLayers}. Specify such layers, for example '{places.First(IsAdaptable).Path}', or exclude this module.");
            if (config.ChangesBaseWeights && place.Module is TunerLayer { Adapters: var others } && others.Any())
                throw new InvalidOperationException($"'{place.Path}' already has adapters "
                    + $"({string.Join(", ", others.Select(name => $"'{name}'"))}), and the initialization of the "
                    + "new adapter would change the base weights of this layer. "
                    + "Add the new adapter before all others, or add it to a separate model.");
            var layer = place.Module as TunerLayer
                ?? AdapterTree.Put(place, new TunerLayer(LayerTarget.FromModule(place.Module)!, Tree.State));
            layer.Add(adapterName, CreateAdapter(layer.Target, place.Path, layers));
        }
        return config;
    }

    /// <inheritdoc/>
    protected internal override string? GetMergeError(string adapterName) =>
        GetAdapters(adapterName).FirstOrDefault(entry => entry.Adapter is not MergeableLayerAdapter) is { Path: { } path }
            ? $"its effect at '{path}' cannot be expressed as a change of the layer's weights"
            : null;

    /// <inheritdoc/>
    protected internal override IEnumerable<Parameter> GetTrainedParameters(string adapterName, PeftConfig config) =>
        base.GetTrainedParameters(adapterName, config).Concat(TrainedBiases(adapterName, config).Select(pair => pair.Value));

    /// <inheritdoc/>
    protected internal override IEnumerable<KeyValuePair<string, Tensor>> GetFileTensors(string adapterName, PeftConfig config) =>
        base.GetFileTensors(adapterName, config).Concat(
            TrainedBiases(adapterName, config).Concat(AdaptedEmbeddings(adapterName, config))
                .Select(pair => KeyValuePair.Create<string, Tensor>(KeyPrefix + pair.Key, pair.Value)));

    /// <summary>Why a configuration is rejected unless <see cref="PeftConfig.IgnoreUnmatched"/> is set; null if it is accepted.</summary>
    internal override string? UnmatchedEntries(PeftConfig config)
    {
        try
        {
            Match((LayerConfig)Resolve(config, isNew: false));
            return null;
        }
        catch (ArgumentException error) { return UnmatchedEntry.Finding(error); }
    }

    private IEnumerable<(string Path, TunerLayer Layer)> Layers =>
        Tree.Parts.Where(part => part.Module is TunerLayer).Select(part => (part.Path, (TunerLayer)part.Module));

    private IReadOnlyList<string> Match(LayerConfig config, IReadOnlyList<ModulePlace> places)
    {
        string[] adaptable = [.. places.Where(IsAdaptable).Select(place => place.Path)];
        if (adaptable.Length == 0)
            throw new ArgumentException(
                $"{Model.GetName()} has no module that {config.PeftType} can adapt. {config.PeftType} can adapt "
                + $"{AdaptableLayers}.");
        return new TargetMatcher(config, config.TargetModules!, UsualModules(config))
            .Match([.. places.Select(place => place.Path)], adaptable);
    }

    private bool IsAdaptable(ModulePlace place) => place.Module is TunerLayer
        || (place.Module is not IAdapterModule && LayerTarget.FromModule(place.Module) is { } target && CanAdapt(target));

    private TargetModules Defaults(LayerConfig config) =>
        UsualModules(config) is { Count: > 0 } usual
            ? TargetModules.Create([.. usual])
            : throw new ArgumentException($"The family '{Model.Family.ModelType}' does not define modules with the roles that "
                + $"{config.PeftType} adapts by default ({string.Join(", ", DefaultRoles)}). Set TargetModules. "
                + $"Linear layers of the model: {TargetMatcher.Ends(AllLinear(config))}.");

    private IReadOnlyList<string> UsualModules(LayerConfig config) =>
        Model.Family.DefaultTargets.GetValueOrDefault(config.PeftType) ?? Model.Family.GetModules(DefaultRoles);

    private IEnumerable<string> AllLinear(LayerConfig config) => Tree.Places()
        .Where(place => (place.Module is TunerLayer layer ? layer.Target : LayerTarget.FromModule(place.Module)) is LinearTarget)
        .Where(place => !ReferenceEquals(place.Module, Model.OutputEmbeddings)
            && !(config.TaskType == TaskType.SeqCls && TaskTypes.Heads(config.TaskType).Contains(place.Path)))
        .Select(place => place.Path).Where(path => !TargetMatcher.IsSavedWhole(config, path));

    /// <summary>The biases of the base model that an adapter trains, by name.</summary>
    private IEnumerable<KeyValuePair<string, Parameter>> TrainedBiases(string adapter, PeftConfig config) =>
        ((LayerConfig)config).TrainedBiases switch
        {
            Tuners.TrainedBiases.AdaptedLayers =>
                Layers.Where(entry => entry.Layer.Target.Bias is not null && entry.Layer.Has(adapter))
                    .Select(entry => KeyValuePair.Create(entry.Path + ".base_layer.bias", entry.Layer.Target.Bias!)),
            Tuners.TrainedBiases.All => BaseBiases.Of(Tree),
            _ => [],
        };

    /// <summary>The weights of adapted embeddings, which peft saves with the adapter if they have one of these names.</summary>
    private IEnumerable<KeyValuePair<string, Parameter>> AdaptedEmbeddings(string adapter, PeftConfig config) =>
        config.TrainedTokens is not null
            ? []
            : Layers
                .Where(entry => entry.Layer.Has(adapter)
                    && entry.Path[(entry.Path.LastIndexOf('.') + 1)..] is "embed_tokens" or "lm_head"
                    && (ReferenceEquals(entry.Layer, Model.InputEmbeddings) || ReferenceEquals(entry.Layer, Model.OutputEmbeddings)))
                .Select(entry => KeyValuePair.Create(entry.Path + ".base_layer.weight", entry.Layer.Target.Weight));
}
