using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>The table with trained rows in it, and its look-up.</summary>
internal sealed class TrainableTokensLayer : TunerLayer
{
    [ComponentName(Name = "trainable_tokens_delta")] private readonly AdapterSlot _trainedRows = new();
    private readonly Dictionary<string, long[]> _ids = new(StringComparer.Ordinal);
    private readonly TableTarget _embedding;

    internal TrainableTokensLayer(Module<Tensor, Tensor> embedding, TableTarget target, AdapterState state) : base(nameof(TrainableTokensLayer), embedding, target, state)
    {
        _embedding = target;
        RegisterComponents();
    }

    /// <summary>The table as it is read, float [rows, width]: with the active adapters' rows, and a gradient to them.</summary>
    /// <exception cref="NotSupportedException">Rows of the batch have different adapters, and one of them trains rows of this table: a head tied to it reads one table for all rows.</exception>
    public override Tensor Weight
    {
        get
        {
            var choice = State.Current;
            if (State.Merged.Count > 0 || !choice.Names.Any(Has)) return Target.Weight;
            if (choice.Rows is not null)
                throw new NotSupportedException($"{string.Join(", ", choice.Names.Where(Has).Select(name => $"'{name}'"))} trains rows of an embedding that the head is tied to, so one batch cannot have an adapter for each row. Call the model once for each adapter.");
            return With(choice.Active.Where(Has));
        }
    }

    internal override bool Has(string adapter) => _ids.ContainsKey(adapter);

    internal void Add(string adapter, IReadOnlyList<int> ids)
    {
        if (ids.Max() is var largest && largest >= _embedding.Rows)
            throw new ArgumentException($"trainable_token_indices holds {largest}, but the embedding has {_embedding.Rows} rows. Name ids below that.");
        using var scope = NewDisposeScope();
        using var free = no_grad();
        _ids.Add(adapter, [.. ids.Select(id => (long)id)]);
        _trainedRows.Add(adapter, new Parameter(_embedding.Weight.index_select(0, Index(adapter)).to(AdapterPlacement.TypeFor(_embedding.Weight)).clone()));
    }

    internal override void Remove(string adapter)
    {
        base.Remove(adapter);
        _ids.Remove(adapter);
    }

    internal override void Rename(string from, string to)
    {
        base.Rename(from, to);
        if (_ids.Remove(from, out var ids)) _ids.Add(to, ids);
    }

    // The look-up is done again in the table with this adapter's rows only where the input asks for one of them.
    private protected override Tensor Adapt(string adapter, Tensor x, Tensor result)
    {
        if (State.Current is { Rows: null, Active.Count: > 1 } choice) CheckDisjoint(choice.Active.Where(Has));
        var matches = x.unsqueeze(-1).eq(Index(adapter));                                  // [..., trained]
        var rows = _trainedRows.ParameterOf(adapter).index_select(0, matches.@long().argmax(-1).flatten()).reshape([.. x.shape, _embedding.Width]);
        return where(matches.any(-1, keepdim: true), rows, result);
    }

    private protected override Tensor MergeWeight(string adapter, Tensor weight, Tensor original) =>
        weight.index_copy(0, Index(adapter), _trainedRows.ParameterOf(adapter).to(weight.dtype));

    internal override MergedTensors? ComputeMerge(IReadOnlyList<string> adapters)
    {
        CheckDisjoint(adapters.Where(Has));
        return base.ComputeMerge(adapters);
    }

    private Tensor With(IEnumerable<string> adapters)
    {
        using var scope = NewDisposeScope();
        var table = (Tensor)Target.Weight;
        foreach (var adapter in adapters) table = MergeWeight(adapter, table, Target.Weight);
        return table.MoveToOuterDisposeScope();
    }

    private Tensor Index(string adapter) => tensor(_ids[adapter], device: Target.Weight.device);

    private void CheckDisjoint(IEnumerable<string> adapters)
    {
        var owners = new Dictionary<long, string>();
        foreach (var adapter in adapters)
            foreach (var id in _ids[adapter])
                if (!owners.TryAdd(id, adapter)) throw new InvalidOperationException($"The adapters '{owners[id]}' and '{adapter}' both train the row of token {id}; at once they would overwrite each other. Activate one of them.");
    }
}
