using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>
/// An embedding, or the head of a language model, with some trained rows, which are stored in a separate tensor while the table stays
/// frozen (peft's <c>TrainableTokensWrapper</c>).
/// </summary>
/// <remarks>A head tied to the embedding uses the trained rows too.</remarks>
internal sealed class TrainableTokensWrapper : Module<Tensor, Tensor>, IAdapterModule, IHasWeight, ILayerWrapper
{
    [ComponentName(Name = "token_adapter")] private readonly TrainableTokensLayer _tokens;

    internal TrainableTokensWrapper(LayerTarget target, AdapterState state) : base(nameof(TrainableTokensWrapper))
    {
        _tokens = new TrainableTokensLayer(target, state);
        RegisterComponents();
    }

    public string KeptPath => "token_adapter." + _tokens.KeptPath;

    public Module Original => _tokens.Original;

    public IEnumerable<string> Adapters => _tokens.Adapters;

    public IEnumerable<string> SlotNames => _tokens.SlotNames;

    public bool Has(string adapter) => _tokens.Has(adapter);

    public Tensor Weight => _tokens.Weight;

    /// <summary>The number of rows of the table.</summary>
    internal long RowCount => _tokens.RowCount;

    /// <summary>Adds an adapter that trains the rows <paramref name="ids"/>, initialized to the existing rows.</summary>
    internal void Add(string adapter, IReadOnlyList<int> ids) => _tokens.Add(adapter, ids);

    /// <inheritdoc cref="TrainableTokensLayer.FindSharedRow"/>
    internal (string First, string Second, long Token)? FindSharedRow(IEnumerable<string> adapters) => _tokens.FindSharedRow(adapters);

    public override Tensor forward(Tensor ids) => _tokens.call(ids);

    public IEnumerable<(string Key, Parameter Value)> ParametersOf(string adapter) =>
        _tokens.ParametersOf(adapter).Select(entry => ("token_adapter." + entry.Key, entry.Value));

    public void Remove(string adapter) => _tokens.Remove(adapter);

    public void Rename(string from, string to) => _tokens.Rename(from, to);

    public MergedTensors? ComputeMerge(IReadOnlyList<string> adapters) => _tokens.ComputeMerge(adapters);

    public void WriteMerge(MergedTensors merged, bool keep) => _tokens.WriteMerge(merged, keep);

    public void Unmerge() => _tokens.Unmerge();

    public Module Release(IReadOnlyList<string> mergedAdapters)
    {
        var embedding = _tokens.Release(mergedAdapters);
        Dispose();
        return embedding;
    }
}
