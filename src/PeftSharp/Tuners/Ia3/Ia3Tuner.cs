using PeftSharp.Modeling;
using PeftSharp.Serialization;

namespace PeftSharp.Tuners.Ia3;

/// <summary>The IA³ method for linear layers.</summary>
internal sealed class Ia3Tuner : LayerTuner<Ia3Config>
{
    protected override string AdaptableLayers => "linear layers (Linear, Conv1D)";

    protected override IReadOnlyList<ModuleRole> DefaultRoles => [ModuleRole.Key, ModuleRole.Value, ModuleRole.FeedForwardOut];

    protected override bool CanAdapt(LayerTarget target) => target is LinearTarget;

    protected internal override PeftConfig PrepareConfig(PeftConfig config)
    {
        var ia3 = (Ia3Config)base.PrepareConfig(config);
        ia3 = ia3 with { FeedforwardModules = CheckpointTargets.ToModel(ia3.FeedforwardModules, Paths, Model.Family) };
        var adapted = Match(ia3);
        if (ia3.FeedforwardModules is { } given && !ia3.IgnoreUnmatched) CheckEntries(ia3, given, adapted);
        var modules = ia3.FeedforwardModules ?? DefaultFeedforwardModules(adapted);
        if (modules.Pattern is not null || ia3.TargetModules is not { Pattern: null } targets
            || modules.All(name => targets.Contains(name, StringComparer.Ordinal)))
            return ia3 with { FeedforwardModules = modules };

        // peft rejects a file whose feed-forward layers are not literally among its targets, so both lists contain their full paths.
        var paths = adapted.Where(path => IsFeedforward(modules, path)).ToArray();
        return ia3 with
        {
            FeedforwardModules = TargetModules.Create(paths),
            TargetModules = TargetModules.Create([.. targets.Union(paths, StringComparer.Ordinal)]),
        };
    }

    protected override LayerAdapter CreateAdapter(LayerTarget target, string path, Ia3Config config) =>
        IsFeedforward(config.FeedforwardModules!, path)
            ? new InputScaling((LinearTarget)target, config.InitIa3Weights)
            : new OutputScaling((LinearTarget)target, config.InitIa3Weights);

    protected override PeftConfig Attach(string adapterName, PeftConfig config, bool isNew)
    {
        var attached = (Ia3Config)base.Attach(adapterName, config, isNew);
        return attached with { FanInFanOut = AreWeightsTransposed(adapterName) ?? attached.FanInFanOut };
    }

    /// <summary>Whether the input of a layer is scaled. A name matches the end of a path even within a word, as in peft.</summary>
    private static bool IsFeedforward(TargetModules modules, string path) =>
        modules.Pattern is null ? modules.Any(name => path.EndsWith(name, StringComparison.Ordinal)) : TargetMatcher.Matches(modules, path);

    private static void CheckEntries(Ia3Config config, TargetModules modules, IReadOnlyList<string> adapted)
    {
        var unmatched = modules.Pattern is { } pattern ? (adapted.Any(path => IsFeedforward(modules, path)) ? [] : [pattern])
            : modules.Where(name => !adapted.Any(path => path.EndsWith(name, StringComparison.Ordinal))).ToArray();
        if (unmatched.Length > 0)
            throw UnmatchedEntry.Error($"{config.NameOf(nameof(Ia3Config.FeedforwardModules))} contains "
                + $"{string.Join(", ", unmatched.Select(name => $"'{name}'"))}, "
                + $"but no adapted layer has a matching name{NameHint.For(unmatched[0], adapted)}",
                $"Correct the {(unmatched.Length == 1 ? "name" : "names")}, or set IgnoreUnmatched.");
    }

    private TargetModules DefaultFeedforwardModules(IReadOnlyList<string> adapted)
    {
        var names = Model.Family.GetModules(ModuleRole.FeedForwardOut);
        return names.Count > 0
            ? TargetModules.Create([.. names.Where(name => adapted.Any(path => path.EndsWith(name, StringComparison.Ordinal)))])
            : throw new ArgumentException($"The family '{Model.Family.ModelType}' does not define its feed-forward layers. "
            + "Set FeedforwardModules; with an empty list, only outputs are scaled.");
    }
}
