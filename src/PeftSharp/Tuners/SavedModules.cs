using PeftSharp.Modeling;
using PeftSharp.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>
/// Modules of which an adapter fully trains a copy (<c>modules_to_save</c>): the modules in the configuration and the head of its task.
/// </summary>
internal static class SavedModules
{
    /// <summary>Adds the head of the task to the configuration's modules to save.</summary>
    /// <param name="tree">The model's modules.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="isNew">
    /// Whether the adapter is new, not loaded from files. A new adapter trains all layers of a head; peft trains and saves only the last
    /// one, unless the configuration names others.
    /// </param>
    /// <exception cref="ArgumentException">A name does not match any module.</exception>
    internal static PeftConfig Resolve(AdapterTree tree, PeftConfig config, bool isNew)
    {
        var heads = TaskTypes.Heads(config.TaskType);
        if (isNew && heads.Count > 0) heads = [.. heads.Union(tree.Model.Family.GetModules(ModuleRole.Head))];
        var saved = (config.ModulesToSave ?? []).Union(heads).ToArray();
        config = config with { ModulesToSave = saved.Length > 0 ? saved : null };
        Check(tree, config, heads);
        return config;
    }

    /// <summary>Adds an adapter's copies.</summary>
    /// <param name="tree">The model's modules.</param>
    /// <param name="adapter">The adapter's name.</param>
    /// <param name="config">The resolved configuration.</param>
    /// <param name="isNew">Whether the adapter is new, not loaded from files.</param>
    /// <exception cref="ArgumentException">A module cannot be copied; the message states the reason.</exception>
    internal static void Add(AdapterTree tree, string adapter, PeftConfig config, bool isNew)
    {
        if (config.ModulesToSave is not { } names) return;
        var model = tree.Model;
        var field = config.NameOf(nameof(PeftConfig.ModulesToSave));
        foreach (var place in tree.Places().Where(place => names.Any(name => place.Path.EndsWith(name, StringComparison.Ordinal))))
        {
            if (place.Module is IAdapterModule and not ModulesToSaveWrapper)
                throw new ArgumentException($"'{place.Path}' is in {field}, but another adapter adapts it. "
                    + $"Remove it from {field} or from the targets.");
            if (isNew && model.Config.TieWordEmbeddings && model.OutputEmbeddings is not null
                && ReferenceEquals(model.InputEmbeddings, place.Module))
                throw new ArgumentException($"'{place.Path}' is tied to the head (TieWordEmbeddings); "
                    + "training a copy of it would not change the head. Train some of its rows (TrainableTokenIndices), "
                    + "or untie the head.");
            if (place.Module is ModulesToSaveWrapper present) present.Add(adapter);
            else if (place.Module is Module<Tensor, Tensor> module)
            {
                var wrapper = new ModulesToSaveWrapper(module, tree.State);
                wrapper.Add(adapter);
                AdapterTree.Put(place, wrapper);
            }
            else throw new ArgumentException($"'{place.Path}' ({place.Module.GetName()}) cannot be in {field}: "
                + "it does not map one tensor to one tensor. Specify modules inside it.");
        }
    }

    private static void Check(AdapterTree tree, PeftConfig config, IReadOnlyList<string> heads)
    {
        if (config.ModulesToSave is not { } names) return;
        var paths = tree.Places().Select(place => place.Path).ToArray();
        var absent = names.Where(name => !paths.Any(path => path.EndsWith(name, StringComparison.Ordinal))).ToArray();
        var unmatched = absent.Except(heads).Any() ? absent.Except(heads).ToArray() : absent.Length == names.Count ? absent : [];
        if (unmatched.Length > 0 && !config.IgnoreUnmatched)
            throw UnmatchedEntry.Error($"{config.NameOf(nameof(PeftConfig.ModulesToSave))} contains "
                + $"{string.Join(", ", unmatched.Select(name => $"'{name}'"))}, "
                + $"but no module of {tree.Model.GetName()} has a name with "
                + $"{(unmatched.Length == 1 ? "this ending" : "one of these endings")}" + NameHint.For(unmatched[0], paths),
                $"Correct the {(unmatched.Length == 1 ? "name" : "names")}, change the task type, or set IgnoreUnmatched.");
    }
}
