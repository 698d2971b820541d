using PeftSharp.Modeling;
using PeftSharp.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>Modules that are trained whole beside an adapter, as a copy (<c>modules_to_save</c>): those that the configuration names and the head of its task.</summary>
internal static class SavedModules
{
    /// <summary>The configuration with its task's head among the modules to save.</summary>
    /// <exception cref="ArgumentException">A name matches no module.</exception>
    internal static PeftConfig Resolve(AdapterTree tree, PeftConfig config)
    {
        var heads = TaskTypes.Heads(config.TaskType);
        if (heads.Count > 0) heads = [.. heads.Union(tree.Model.Family.ModulesOf(ModuleRole.Head))];
        var saved = (config.ModulesToSave ?? []).Union(heads).ToArray();
        config = config with { ModulesToSave = saved.Length > 0 ? saved : null };
        Check(tree, config, heads);
        return config;
    }

    /// <summary>Gives an adapter its copies.</summary>
    /// <param name="tree">The model's modules.</param>
    /// <param name="adapter">The adapter's name.</param>
    /// <param name="config">Its configuration, resolved.</param>
    /// <param name="isNew">Whether the adapter is not loaded from files.</param>
    /// <exception cref="ArgumentException">A module cannot be trained whole; the message says why.</exception>
    internal static void Add(AdapterTree tree, string adapter, PeftConfig config, bool isNew)
    {
        if (config.ModulesToSave is not { } names) return;
        var model = tree.Model;
        foreach (var place in tree.Places().Where(place => names.Any(name => place.Path.EndsWith(name, StringComparison.Ordinal))))
        {
            if (place.Module is IAdapterModule and not ModulesToSaveWrapper) throw new ArgumentException($"'{place.Path}' is to be trained whole, but another adapter adapts it. Take it out of modules_to_save or out of the targets.");
            if (isNew && model.Config.TieWordEmbeddings && model.OutputEmbeddings is not null && ReferenceEquals(model.InputEmbeddings, place.Module))
                throw new ArgumentException($"'{place.Path}' is the table that the head reads too (tie_word_embeddings); a copy of it would leave the head behind. Train rows of it (TrainableTokenIndices) or untie the head.");
            if (place.Module is ModulesToSaveWrapper present) present.Add(adapter);
            else if (place.Module is Module<Tensor, Tensor> module)
            {
                var wrapper = new ModulesToSaveWrapper(module, tree.State);
                wrapper.Add(adapter);
                AdapterTree.Put(place, wrapper);
            }
            else throw new ArgumentException($"'{place.Path}' ({place.Module.GetName()}) cannot be in modules_to_save: it is no module from one tensor to one tensor. Name modules inside of it.");
        }
    }

    private static void Check(AdapterTree tree, PeftConfig config, IReadOnlyList<string> heads)
    {
        if (config.ModulesToSave is not { } names) return;
        var paths = tree.Places().Select(place => place.Path).ToArray();
        var absent = names.Where(name => !paths.Any(path => path.EndsWith(name, StringComparison.Ordinal))).ToArray();
        var unmatched = absent.Except(heads).Any() ? absent.Except(heads).ToArray() : absent.Length == names.Count ? absent : [];
        if (unmatched.Length > 0 && !config.IgnoreUnmatched)
            throw UnmatchedEntry.Error($"modules_to_save holds {string.Join(", ", unmatched.Select(name => $"'{name}'"))}, but no module of {tree.Model.GetName()} has a name that ends so"
                + NameHint.For(unmatched[0], paths), "Correct the name, change the task type, or set IgnoreUnmatched.");
    }
}
