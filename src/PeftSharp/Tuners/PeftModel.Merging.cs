using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Tuners;

/// <content>Merging adapters into the weights, and back.</content>
public abstract partial class PeftModel
{
    /// <summary>Adds the adapters' updates into the weights, so that they cost nothing to answer with; <see cref="Unmerge"/> restores every bit, from a copy that is kept until then.</summary>
    /// <param name="safeMerge">Whether weights that would not be finite, or a head that is tied to changed embeddings, are refused before anything is written. Default true; peft's default is false.</param>
    /// <param name="adapterNames">The adapters, in this order, beside those merged already. Null: the active ones.</param>
    /// <remarks>Nothing is trained while adapters are merged, and calls use the merged adapters: choosing others is refused.</remarks>
    /// <exception cref="ArgumentException">A name is not known, or two of the adapters have a copy of the same module; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="safeMerge"/> refuses, or calls of the model are running; nothing was changed.</exception>
    /// <exception cref="NotSupportedException">The method's adapters cannot be merged, such as virtual tokens.</exception>
    public void Merge(bool safeMerge = true, IReadOnlyList<string>? adapterNames = null)
    {
        using var change = BeginChange("Merging adapters");
        var names = ToMerge(adapterNames);
        if (safeMerge) CheckMerge(names);
        foreach (var (_, part) in _tree.Parts) WriteMerge(part, names, keep: true);
        _adapters.Merged = names;
        SetTrainable();
    }

    /// <summary>Takes the merged adapters out of the weights again: they have the bits from before. Does nothing where none is merged.</summary>
    /// <exception cref="InvalidOperationException">Calls of the model are running.</exception>
    public void Unmerge()
    {
        using var change = BeginChange("Unmerging adapters");
        foreach (var (_, part) in _tree.Parts) part.Unmerge();
        _adapters.Merged = [];
        SetTrainable();
    }

    private protected PretrainedModel MergeForGood(bool safeMerge, IReadOnlyList<string>? adapterNames)
    {
        using var change = BeginChange("Merging adapters");
        var names = ToMerge(adapterNames);
        if (safeMerge) CheckMerge(names);
        foreach (var (_, part) in _tree.Parts) WriteMerge(part, names, keep: false);
        return GiveBack(names);
    }

    private protected PretrainedModel RemoveAll()
    {
        using var change = BeginChange("Removing all adapters");
        RequireUntouchedBase("Unload");
        Unmerge();
        return GiveBack([]);
    }

    private PretrainedModel GiveBack(IReadOnlyList<string> mergedAdapters)
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
        if (names.Count == 0) throw new ArgumentException("There is no adapter to merge: none is named and none is active. Name one, or choose one with SetAdapter; Unload is for none.", nameof(adapterNames));
        string[] all = [.. _adapters.Merged.Union(names, StringComparer.Ordinal)];
        RequireOneCopy(all);
        foreach (var name in all)
            if (_tuner.MergeObstacle(name) is { } obstacle)
                throw new NotSupportedException($"Adapter '{name}' ({_peftType}) cannot be merged into the weights: {obstacle}. Keep it beside the model.");
        return all;
    }

    private void CheckMerge(IReadOnlyList<string> names)
    {
        foreach (var (path, part) in _tree.Parts)
        {
            if (part is TunerLayer && names.Any(part.Has) && SharesWeight(part))
                throw new InvalidOperationException($"'{path}' shares its weight across a tied head (tie_word_embeddings), and the other layer would see the merged update that it does not see now: the model would answer otherwise. "
                    + "Keep the adapter unmerged, or pass safeMerge: false to merge as peft does.");
            using var merged = part.ComputeMerge(names);
            if (merged is not null && !merged.IsFinite(((IHasWeight)part).Weight.dtype))
                throw new InvalidOperationException($"Merging {string.Join(", ", names.Select(name => $"'{name}'"))} would give '{path}' numbers that are not finite: the adapter is broken, or too large for {((IHasWeight)part).Weight.dtype}. Nothing was merged.");
        }
    }

    /// <summary>Whether the head and the embeddings are one weight, of which <paramref name="part"/> adapts one side.</summary>
    private bool SharesWeight(IAdapterModule part) => part.Original is TiedLinear
        || (ReferenceEquals(part, Base.InputEmbeddings) && Base.OutputEmbeddings is { } head && (head is TiedLinear || head is IAdapterModule { Original: TiedLinear }));

    private static void WriteMerge(IAdapterModule part, IReadOnlyList<string> names, bool keep)
    {
        using var merged = part.ComputeMerge(names);
        if (merged is not null) part.WriteMerge(merged, keep);
    }
}
