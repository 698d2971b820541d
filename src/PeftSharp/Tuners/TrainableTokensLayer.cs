using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>An embedding lookup, or the head of a language model, with trained rows.</summary>
internal sealed class TrainableTokensLayer(LayerTarget target, AdapterState state) : TunerLayer(target, state)
{
    /// <summary>The effective table, float [rows, width]: includes the active adapters' rows, with a gradient to them.</summary>
    /// <exception cref="NotSupportedException">
    /// Rows of the batch use different adapters, and one of them trains rows of this table: a head tied to it uses one table for all
    /// rows.
    /// </exception>
    public override Tensor Weight
    {
        get
        {
            var choice = State.Current;
            if (State.Merged.Count > 0 || !choice.Names.Any(Has)) return Target.Weight;
            if (choice.Rows is not null)
                throw new NotSupportedException("The head is tied to an embedding, and rows of this embedding are trained by "
                    + $"{string.Join(", ", choice.Names.Where(Has).Select(name => $"'{name}'"))}, so a batch cannot "
                    + "have one adapter per row. Call the model once for each adapter.");
            return With(choice.Active.Where(Has));
        }
    }

    /// <summary>The number of rows of the table.</summary>
    internal long RowCount => Target.Weight.shape[0];

    internal void Add(string adapter, IReadOnlyList<int> ids) => Add(adapter, new TrainableTokens(Target, ids));

    /// <summary>Returns the first token whose row two of these adapters train, and their names; null if there is none.</summary>
    internal (string First, string Second, long Token)? FindSharedRow(IEnumerable<string> adapters)
    {
        var owners = new Dictionary<long, string>();
        foreach (var adapter in adapters)
            foreach (var id in Rows(adapter).Ids)
                if (!owners.TryAdd(id, adapter)) return (owners[id], adapter, id);
        return null;
    }

    private Tensor With(IEnumerable<string> adapters)
    {
        using var scope = NewDisposeScope();
        var table = (Tensor)Target.Weight;
        foreach (var adapter in adapters) table = Rows(adapter).MergeWeight(table, Target.Weight);
        return table.MoveToOuterDisposeScope();
    }

    private TrainableTokens Rows(string adapter) => (TrainableTokens)this[adapter];
}
