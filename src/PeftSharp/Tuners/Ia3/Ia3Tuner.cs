using PeftSharp.Modeling;

namespace PeftSharp.Tuners.Ia3;

/// <summary>IA³ on linear layers.</summary>
internal sealed class Ia3Tuner : LayerTuner<Ia3Config>
{
    protected override string AdaptableLayers => "linear layers (Linear, Conv1D)";

    protected override IReadOnlyList<ModuleRole> DefaultRoles => [ModuleRole.Key, ModuleRole.Value, ModuleRole.FeedForwardOut];

    protected override bool CanAdapt(LayerTarget target) => target is LinearTarget;

    protected internal override PeftConfig Complete(PeftConfig config)
    {
        var ia3 = (Ia3Config)base.Complete(config);
        if (ia3.FeedforwardModules is not null) return ia3;
        var names = Model.Family.ModulesOf(ModuleRole.FeedForwardOut);
        return names.Count > 0 ? ia3 with { FeedforwardModules = TargetModules.Create([.. names]) }
            : throw new ArgumentException($"The family '{Model.Family.ModelType}' does not state its feed-forward layers. Set FeedforwardModules; an empty list means that only outputs are scaled.");
    }

    protected override LayerAdapter CreateAdapter(LayerTarget target, string path, Ia3Config config) =>
        TargetMatcher.Matches(config.FeedforwardModules!, path) ? new InputScaling((LinearTarget)target, config.InitIa3Weights) : new OutputScaling((LinearTarget)target, config.InitIa3Weights);

    protected override PeftConfig Attach(string adapterName, PeftConfig config, bool isNew)
    {
        var attached = (Ia3Config)base.Attach(adapterName, config, isNew);
        return attached with { FanInFanOut = AreWeightsTransposed(adapterName) ?? attached.FanInFanOut };
    }
}
