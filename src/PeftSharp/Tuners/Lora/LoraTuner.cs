using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>The LoRA method for linear layers and embeddings.</summary>
internal sealed class LoraTuner : LayerTuner<LoraConfig>
{
    protected override string AdaptableLayers => "linear layers (Linear, Conv1D) and embeddings";

    protected override IReadOnlyList<ModuleRole> DefaultRoles => [ModuleRole.Query, ModuleRole.Value];

    protected override bool CanAdapt(LayerTarget target) => target is LinearTarget or EmbeddingTarget;

    protected internal override PeftConfig PrepareConfig(PeftConfig config)
    {
        var lora = (LoraConfig)base.PrepareConfig(config);
        return lora with
        {
            RankPattern = CheckpointTargets.ToModel(lora.RankPattern, Paths, Model.Family),
            AlphaPattern = CheckpointTargets.ToModel(lora.AlphaPattern, Paths, Model.Family),
        };
    }

    protected override LayerAdapter CreateAdapter(LayerTarget target, string path, LoraConfig config)
    {
        var (rank, scale) = (config.RankOf(path), config.ScaleOf(path));
        return (target, config.UseDora) switch
        {
            (LinearTarget linear, false) => new LoraLinear(linear, config, rank, scale),
            (LinearTarget linear, true) => new DoraLinear(linear, config, rank, scale),
            (EmbeddingTarget embedding, false) => new LoraEmbedding(embedding, config, rank, scale),
            _ => new DoraEmbedding((EmbeddingTarget)target, config, rank, scale),
        };
    }

    private protected override Int128 CountElements(LayerTarget target, string path, LoraConfig config) =>
        (Int128)config.RankOf(path) * (target.Weight.shape[0] + target.Weight.shape[1]);

    protected override PeftConfig Attach(string adapterName, PeftConfig config, bool isNew)
    {
        var attached = (LoraConfig)base.Attach(adapterName, config, isNew);
        return attached with { FanInFanOut = AreWeightsTransposed(adapterName) ?? attached.FanInFanOut };
    }

    /// <summary>Fills a new adapter with the combination of other adapters.</summary>
    internal void Combine(string adapterName, WeightedCombination how)
    {
        var factors = how.Adapters.Select(FactorsOf).ToArray();
        var paths = GetAdapters(adapterName).Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (source, name) in factors.Zip(how.Adapters))
            if (source.Keys.FirstOrDefault(path => !paths.Contains(path)) is { } lost)
                throw OtherLayers($"The adapter '{name}' adapts the layer '{lost}', but the combination would not.");
        foreach (var (path, _, adapter) in GetAdapters(adapterName))
        {
            using var scope = NewDisposeScope();
            var sources = factors.Zip(how.Weights).Where(source => source.First.ContainsKey(path))
                .Select(source => LoraCombiner.Source.Of(source.First[path], source.Second)).ToArray();
            if (sources.Length == 0)
                throw OtherLayers($"None of the adapters {string.Join(", ", how.Adapters)} adapts the layer '{path}', although their "
                    + "target modules match it.");
            var target = (ILoraFactors)adapter;
            var (a, b) = LoraCombiner.Combine(sources, how, target.ArePrunedTransposed);
            target.A.zero_().narrow(0, 0, a.shape[0]).copy_(a);      // if the rank of the layer is smaller, the rest stays zero
            target.B.zero_().narrow(1, 0, b.shape[1]).copy_(b);
        }

        static InvalidOperationException OtherLayers(string problem) => new(
            $"{problem} The combination uses LayersToTransform and ExcludeModules of the first adapter. Combine adapters for which these "
            + "options are equal.");
    }

    private Dictionary<string, ILoraFactors> FactorsOf(string adapterName) =>
        GetAdapters(adapterName).ToDictionary(entry => entry.Path, entry => (ILoraFactors)entry.Adapter, StringComparer.Ordinal);
}
