using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>A module of the tree that holds adapters: a wrapped layer, a copied module or a table with trained rows.</summary>
internal abstract class AdapterPart : Module<Tensor, Tensor>, IWeighted, ILayerWrapper
{
    private protected AdapterPart(string name, AdapterState state) : base(name) => State = state;

    /// <summary>Which adapters are at work.</summary>
    private protected AdapterState State { get; }

    public abstract string KeptPath { get; }

    /// <summary>The module that stood here before.</summary>
    internal abstract Module<Tensor, Tensor> Original { get; }

    /// <summary>Names of the adapters that have something here.</summary>
    internal abstract IEnumerable<string> Adapters { get; }

    /// <summary>The adapter's parameters, with their names in the file after this module's path.</summary>
    internal abstract IEnumerable<(string Key, TorchSharp.Modules.Parameter Value)> ParametersOf(string adapter);

    internal abstract void Remove(string adapter);

    internal abstract void Rename(string from, string to);

    /// <summary>What the module computes once these adapters are part of it, to be checked before it is written; null where nothing changes.</summary>
    internal abstract MergedTensors? ComputeMerge(IReadOnlyList<string> adapters);

    /// <summary>Writes what <see cref="ComputeMerge"/> gave; with <paramref name="keep"/> the bits from before are kept for <see cref="Unmerge"/>.</summary>
    internal abstract void WriteMerge(MergedTensors merged, bool keep);

    /// <summary>Puts the bits from before the merge back.</summary>
    internal abstract void Unmerge();

    /// <summary>Gives the module that stands here without adapters, and forgets it; this part is disposed.</summary>
    /// <param name="mergedAdapters">The adapters that are part of it from now on.</param>
    internal abstract Module<Tensor, Tensor> Release(IReadOnlyList<string> mergedAdapters);

    /// <summary>The weight that a head tied to this module reads.</summary>
    public abstract Tensor Weight { get; }

    internal bool Has(string adapter) => Adapters.Contains(adapter, StringComparer.Ordinal);

    /// <summary>Applies <paramref name="change"/> to the rows of each adapter.</summary>
    /// <param name="x">The module's input; its first axis is the batch.</param>
    /// <param name="result">What the module answers without an adapter.</param>
    /// <param name="rows">The adapter of each row.</param>
    /// <param name="change">The answer for these rows of the input and of the result.</param>
    private protected Tensor ByRows(Tensor x, Tensor result, IReadOnlyList<string> rows, Func<string, Tensor, Tensor, Tensor> change)
    {
        if (x.shape[0] != rows.Count) throw new ArgumentException($"{rows.Count} adapter names were given for a batch of {x.shape[0]} rows. Give one name a row; '{AdapterState.BaseName}' is none.");
        foreach (var group in rows.Select((adapter, row) => (adapter, row)).GroupBy(entry => entry.adapter, entry => (long)entry.row))
        {
            if (group.Key == AdapterState.BaseName || !Has(group.Key)) continue;
            var index = tensor(group.ToArray(), device: x.device);
            var changed = change(group.Key, x.index_select(0, index), result.index_select(0, index));
            result = result.index_copy(0, index, changed.to(result.dtype));
        }
        return result;
    }
}
