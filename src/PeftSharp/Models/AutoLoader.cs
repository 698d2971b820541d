using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>The implementation of the <c>AutoModelFor…</c> classes.</summary>
internal static class AutoLoader
{
    internal static PretrainedModel FromPretrained(
        string nameOrFolder, ModelTask task, PretrainedOptions? options, CancellationToken cancellationToken = default)
    {
        var folder = PretrainedLoader.Resolve(nameOrFolder, options, cancellationToken);
        var (config, family) = PretrainedLoader.ReadConfig(folder, ModelFamilies.Get, ModelFamilies.All);
        return PretrainedLoader.Load(folder, nameOrFolder, config, Builder(family, task), options, cancellationToken);
    }

    internal static PretrainedModel FromConfig(PretrainedConfig config, ModelTask task, PretrainedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return PretrainedLoader.Initialize(config, Builder(ModelFamilies.Get(config.ModelType), task), options);
    }

    private static Func<PretrainedConfig, PretrainedModel> Builder(ModelFamily family, ModelTask task)
    {
        if (family.Builders.TryGetValue(task, out var builder)) return builder;
        var others = ModelFamilies.All.Where(other => other.Builders.ContainsKey(task)).Select(other => other.ModelType);
        throw new CheckpointException($"The family '{family.ModelType}' has no model for {task}. "
            + (family.Builders.Count == 0 ? "It has no models. " : $"Its tasks are {string.Join(", ", family.Builders.Keys)}. ")
            + $"Families with {task}: {string.Join(", ", others)}.");
    }
}
