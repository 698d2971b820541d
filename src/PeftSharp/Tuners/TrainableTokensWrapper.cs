using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>An embedding of which some rows are trained, in a table of their own, while the others stay frozen (peft's <c>TrainableTokensWrapper</c>).</summary>
/// <remarks>A head tied to the embedding sees the trained rows too.</remarks>
internal sealed class TrainableTokensWrapper : AdapterPart
{
    [ComponentName(Name = "token_adapter")] private readonly TrainableTokensLayer _tokens;

    internal TrainableTokensWrapper(Module<Tensor, Tensor> embedding, TableTarget target, AdapterState state) : base(nameof(TrainableTokensWrapper), state)
    {
        _tokens = new TrainableTokensLayer(embedding, target, state);
        RegisterComponents();
    }

    public override string KeptPath => "token_adapter." + _tokens.KeptPath;

    internal override Module<Tensor, Tensor> Original => _tokens.Original;

    internal override IEnumerable<string> Adapters => _tokens.Adapters;

    internal override bool Has(string adapter) => _tokens.Has(adapter);

    public override Tensor Weight => _tokens.Weight;

    /// <summary>Adds an adapter that trains the rows <paramref name="ids"/>; they start as they are.</summary>
    internal void Add(string adapter, IReadOnlyList<int> ids) => _tokens.Add(adapter, ids);

    public override Tensor forward(Tensor ids) => _tokens.call(ids);

    internal override IEnumerable<(string Key, Parameter Value)> ParametersOf(string adapter) =>
        _tokens.ParametersOf(adapter).Select(entry => ("token_adapter." + entry.Key, entry.Value));

    internal override void Remove(string adapter) => _tokens.Remove(adapter);

    internal override void Rename(string from, string to) => _tokens.Rename(from, to);

    internal override MergedTensors? ComputeMerge(IReadOnlyList<string> adapters) => _tokens.ComputeMerge(adapters);

    internal override void WriteMerge(MergedTensors merged, bool keep) => _tokens.WriteMerge(merged, keep);

    internal override void Unmerge() => _tokens.Unmerge();

    internal override Module<Tensor, Tensor> Release(IReadOnlyList<string> mergedAdapters)
    {
        var embedding = _tokens.Release(mergedAdapters);
        Dispose();
        return embedding;
    }
}
