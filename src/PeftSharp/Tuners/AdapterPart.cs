using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>A module of the tree that holds adapters: a wrapped layer, a copied module or a table with trained rows.</summary>
internal abstract class AdapterPart : Module<Tensor, Tensor>, IHasWeight, ILayerWrapper
{
    private protected AdapterPart(string name, AdapterState state) : base(name) => State = state;

    /// <summary>Which adapters are active.</summary>
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

    /// <summary>Whether the adapter has something here; asked in each forward pass.</summary>
    internal abstract bool Has(string adapter);

    /// <summary>Applies <paramref name="change"/> to the rows of each adapter.</summary>
    /// <param name="x">The module's input. Its first axis is the batch, the batch with each row several times (multiple choice), or 1 for all rows (position ids).</param>
    /// <param name="result">The module's output without an adapter.</param>
    /// <param name="choice">An adapter for each row.</param>
    /// <param name="change">The output for these rows of the input and of the result.</param>
    private protected Tensor ByRows(Tensor x, Tensor result, AdapterChoice choice, Func<string, Tensor, Tensor, Tensor> change)
    {
        var names = choice.Rows!.Count;
        if (x.shape[0] == 1 && names > 1 && choice.Groups.Any(group => Has(group.Adapter)))
            (x, result) = (x.expand([names, .. x.shape[1..]]), result.expand([names, .. result.shape[1..]]));
        foreach (var (adapter, rows) in choice.Repeat(RowsPerName(x.shape[0], names)).Groups)
        {
            if (!Has(adapter)) continue;
            var index = tensor(rows, device: x.device);
            var changed = change(adapter, x.index_select(0, index), result.index_select(0, index));
            result = result.index_copy(0, index, changed.to(result.dtype));
        }
        return result;
    }

    private static int RowsPerName(long rows, int names) => rows == 1 ? 1 : rows % names == 0 ? (int)(rows / names)
        : throw new ArgumentException($"{names} adapter names were given for a batch of {rows} rows. Give one name for each row; '{AdapterChoice.BaseName}' is the base model.");
}
