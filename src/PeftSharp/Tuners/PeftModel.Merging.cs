using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Tuners;

/// <content>Merging and unmerging adapters.</content>
public abstract partial class PeftModel
{
    /// <summary>
    /// Merges adapters into the weights, which removes their cost in forward passes. <see cref="Unmerge"/> restores the exact weights
    /// from a copy that is kept until then.
    /// </summary>
    /// <param name="safeMerge">
    /// Whether to throw an exception, before anything is changed, if a merged weight would contain NaN or infinity, or if a weight that the
    /// head and the embeddings share would change. Default true; peft's default is false.
    /// </param>
    /// <param name="adapterNames">The adapters to merge, in this order; adapters that are already merged stay merged. Null: the active
    /// adapters.</param>
    /// <remarks>
    /// While adapters are merged, nothing is trainable, and all calls use the merged adapters. A call that selects adapters throws an
    /// exception.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A name is unknown, no adapter is specified and none is active, or two of the adapters each have a copy of the same module
    /// (<see cref="PeftConfig.ModulesToSave"/>) or train the same token row. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A check of <paramref name="safeMerge"/> failed, an adapter with <see cref="LoraConfig.LoraBias"/> adapts a layer without a bias,
    /// calls of the model are running, or a scope of <see cref="DisableAdapter"/> has unmerged the adapters. Nothing was changed.
    /// </exception>
    /// <exception cref="NotSupportedException">An adapter cannot be merged into weights, for example because it trains virtual
    /// tokens.</exception>
    public void Merge(bool safeMerge = true, IReadOnlyList<string>? adapterNames = null)
    {
        using var change = BeginChange("Merging adapters");
        var names = ToMerge(adapterNames);
        if (safeMerge) CheckMerge(names, safeMerge);
        var mergedBefore = _adapters.Merged;
        try
        {
            foreach (var (_, part) in _tree.Parts) WriteMerge(part, names, keep: true);
        }
        catch
        {
            Unmerge();                                          // restores the layers that were already written
            if (mergedBefore.Count > 0) Merge(safeMerge: false, mergedBefore);
            throw;
        }
        _adapters.Merged = names;
        SetTrainable();
    }

    /// <summary>Unmerges all adapters and restores the exact original weights. Does nothing if no adapter is merged.</summary>
    /// <exception cref="InvalidOperationException">
    /// Calls of the model are running, or a scope of <see cref="DisableAdapter"/> has unmerged the adapters.
    /// </exception>
    public void Unmerge()
    {
        using var change = BeginChange("Unmerging adapters");
        foreach (var (_, part) in _tree.Parts) part.Unmerge();
        _adapters.Merged = [];
        SetTrainable();
    }

    private protected PretrainedModel MergePermanently(bool safeMerge, IReadOnlyList<string>? adapterNames)
    {
        using var change = BeginChange("Merging adapters");
        var names = ToMerge(adapterNames);
        CheckMerge(names, safeMerge);                           // also if it is not safe: the original weights are not kept
        foreach (var (_, part) in _tree.Parts) WriteMerge(part, names, keep: false);
        return ReleaseBase(names);
    }

    private protected PretrainedModel RemoveAll()
    {
        using var change = BeginChange("Removing all adapters");
        RequireUntouchedBase("Unload");
        Unmerge();
        NewWeights.MarkUntrained(_untrainedBefore);             // the copies of the head that were trained are removed
        return ReleaseBase([]);
    }

    private PretrainedModel ReleaseBase(IReadOnlyList<string> mergedAdapters)
    {
        var model = Base;
        _tuner.Release(mergedAdapters);
        foreach (var (name, parameter) in model.named_parameters()) parameter.requires_grad = _learnedBefore.Contains(name);
        Abandon();
        return model;
    }

    private string[] ToMerge(IReadOnlyList<string>? adapterNames)
    {
        var names = adapterNames ?? _adapters.Default.Active;
        RequireKnown(names);
        if (names.Count == 0)
            throw new ArgumentException("There is no adapter to merge: none is specified and none is active. "
                + "Specify one, or activate one with SetAdapter. To remove all adapters, call Unload.", nameof(adapterNames));
        string[] all = [.. _adapters.Merged.Union(names, StringComparer.Ordinal)];
        RequireCompatible(all, nameof(adapterNames));
        foreach (var name in all)
            if (_tuner.GetMergeError(name) is { } obstacle)
                throw new NotSupportedException($"Adapter '{name}' ({_peftType}) cannot be merged into the weights: {obstacle}. "
                    + "Use it unmerged.");
        return all;
    }

    /// <summary>
    /// Computes the merged weights of every layer, so that an error occurs before the first layer is written. With
    /// <paramref name="safeMerge"/>, also checks their values, and that no shared weight changes.
    /// </summary>
    private void CheckMerge(IReadOnlyList<string> names, bool safeMerge)
    {
        foreach (var (path, part) in _tree.Parts)
        {
            if (safeMerge && part is TunerLayer && names.Any(part.Has) && SharesWeight(part))
                throw new InvalidOperationException($"'{path}' shares its weight with another layer (tie_word_embeddings), "
                    + "which would also be changed by merging, so the outputs of the model would change. "
                    + "Keep the adapter unmerged, or pass safeMerge: false to merge as peft does.");
            using var merged = part.ComputeMerge(names);
            if (safeMerge && merged is not null && !merged.IsFinite(((IHasWeight)part).Weight.dtype))
                throw new InvalidOperationException($"Merging {string.Join(", ", names.Select(name => $"'{name}'"))} would result in "
                    + $"NaN or infinite weights in '{path}': the adapter contains such values, or its update is too large for "
                    + $"{((IHasWeight)part).Weight.dtype}. Nothing was merged. "
                    + "Use the adapter unmerged; or, if its values are finite, load the base model in a type with a larger range.");
        }
    }

    /// <summary>Whether the head and the embeddings share one weight and <paramref name="part"/> adapts one of them.</summary>
    private bool SharesWeight(IAdapterModule part) => part.Original is TiedLinear
        || (ReferenceEquals(part, Base.InputEmbeddings) && Base.OutputEmbeddings is { } head
            && (head is TiedLinear || head is IAdapterModule { Original: TiedLinear }));

    private static void WriteMerge(IAdapterModule part, IReadOnlyList<string> names, bool keep)
    {
        using var merged = part.ComputeMerge(names);
        if (merged is not null) part.WriteMerge(merged, keep);
    }
}
