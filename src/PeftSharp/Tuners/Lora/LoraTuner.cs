using PeftSharp.Modeling;
using PeftSharp.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>Low-rank adaptation of linear layers and embeddings.</summary>
internal sealed class LoraTuner : Tuner
{
    internal const string Name = "LORA";

    internal override string PeftType => Name;

    internal override string Targets => "linear layers (Linear, Conv1D) and embeddings";

    internal override IReadOnlyList<ModuleRole> DefaultRoles => [ModuleRole.Query, ModuleRole.Value];

    internal override PeftConfig ReadConfig(ConfigJson json) => LoraConfigJson.Read(json);

    internal override bool CanWrap(Module module) => DenseTarget.Of(module) is not null || TableTarget.Of(module) is not null;

    internal override TunerLayer Wrap(Module<Tensor, Tensor> target, AdapterState state) =>
        DenseTarget.Of(target) is { } dense ? new LoraLinear(target, dense, state) : new LoraEmbedding(target, TableTarget.Of(target)!, state);

    internal override void Add(TunerLayer layer, string path, string adapter, LayerConfig config)
    {
        var lora = (LoraConfig)config;
        if (lora.InitLoraWeights.ChangesBase && layer.Adapters.Any())
            throw new InvalidOperationException($"'{path}' has the adapters {string.Join(", ", layer.Adapters)}: '{lora.InitLoraWeights}' would change the weights under them. Add it first, or to a model of its own.");
        if (layer is LoraLinear linear) linear.Add(adapter, lora, lora.RankOf(path), lora.ScaleOf(path));
        else ((LoraEmbedding)layer).Add(adapter, lora, lora.RankOf(path), lora.ScaleOf(path));
    }

    internal override (LayerConfig Config, WeightedCombination How) CombinedConfig(IReadOnlyList<LayerConfig> configs, WeightedCombination how)
    {
        var all = configs.Cast<LoraConfig>().ToArray();
        if (Array.Exists(all, config => config.UseDora || config.LoraBias))
            throw new NotSupportedException("Adapters with DoRA or with a bias of B cannot be combined: their lengths and biases have no weighted sum that means anything.");
        var ranks = all.Select(config => config.RankPattern.Values.Append(config.R).Max()).ToArray();
        if (how is { IsOnUpdates: false, Type: not CombinationType.Cat } && ranks.Distinct().Count() > 1)
            throw new ArgumentException($"{how.Type} sums factors, which needs equal ranks, not {string.Join(", ", ranks)}. Take {nameof(CombinationType.Svd)} or {nameof(CombinationType.Cat)}.");
        var rank = how.Type == CombinationType.Cat ? ranks.Sum() : how.IsOnUpdates && how.Rank > 0 ? how.Rank : ranks.Max();
        return (all[0] with
        {
            R = rank,
            LoraAlpha = rank,                                   // the scale is 1: those of the sources are in the factors
            UseRslora = false,
            RankPattern = new Dictionary<string, int>(),
            AlphaPattern = new Dictionary<string, double>(),
            InitLoraWeights = LoraInitializer.Default,
            TargetModules = Union(all),
            ModulesToSave = all.Any(config => config.ModulesToSave is not null) ? [.. all.SelectMany(config => config.ModulesToSave ?? []).Distinct(StringComparer.Ordinal)] : null,
        }, how with { Rank = rank });
    }

    internal override void Combine(TunerLayer layer, string adapter, WeightedCombination how)
    {
        var sources = how.Adapters.Select((name, index) => (name, how.Weights[index])).Where(source => layer.Has(source.name)).Select(source => Source(layer, source.name, source.Item2)).ToArray();
        if (sources.Length == 0) throw new InvalidOperationException($"None of {string.Join(", ", how.Adapters)} is on a layer that their targets name.");
        var target = Source(layer, adapter, 1);
        var (a, b) = LoraCombiner.Combine(sources, how, layer.Target is not DenseTarget { IsTransposed: false });
        target.A.zero_().narrow(0, 0, a.shape[0]).copy_(a);      // a layer of smaller rank leaves the rest zero
        target.B.zero_().narrow(1, 0, b.shape[1]).copy_(b);
    }

    private static LoraCombiner.Source Source(TunerLayer layer, string adapter, double weight) => layer is LoraLinear linear
        ? new LoraCombiner.Source(linear.A(adapter), linear.B(adapter), linear.Scale(adapter), weight)
        : new LoraCombiner.Source(((LoraEmbedding)layer).A(adapter), ((LoraEmbedding)layer).B(adapter), ((LoraEmbedding)layer).Scale(adapter), weight);

    private static TargetModules Union(IReadOnlyList<LoraConfig> configs)
    {
        var targets = configs.Select(config => config.TargetModules!).ToArray();
        if (targets.All(target => target.Pattern is null)) return TargetModules.Create([.. targets.SelectMany(target => target.Names).Distinct(StringComparer.Ordinal)]);
        if (targets.All(target => target.Pattern is not null)) return TargetModules.FromString(string.Join("|", targets.Select(target => $"({target.Pattern})")));
        throw new ArgumentException($"The targets of these adapters are lists and expressions ({string.Join("; ", targets.AsEnumerable())}); only adapters of one kind can be combined.");
    }
}
