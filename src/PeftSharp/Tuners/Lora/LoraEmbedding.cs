using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>A frozen embedding with trained low-rank updates: row i of W + s·(B·A)ᵀ, or with DoRA that row with its columns' lengths trained apart.</summary>
internal sealed class LoraEmbedding : TunerLayer
{
    [ComponentName(Name = "lora_embedding_A")] private readonly AdapterSlot _rows = new();
    [ComponentName(Name = "lora_embedding_B")] private readonly AdapterSlot _width = new();
    [ComponentName(Name = "lora_magnitude_vector")] private readonly AdapterSlot _lengths = new(namesParameters: false);
    private readonly Dictionary<string, LoraPart> _updates = new(StringComparer.Ordinal);
    private readonly TableTarget _table;

    internal LoraEmbedding(Module<Tensor, Tensor> frozen, TableTarget target, AdapterState state) : base(nameof(LoraEmbedding), frozen, target, state)
    {
        _table = target;
        RegisterComponents();
    }

    internal override bool Has(string adapter) => _updates.ContainsKey(adapter);

    /// <summary>A, float [r, rows].</summary>
    internal Parameter A(string adapter) => _rows.ParameterOf(adapter);

    /// <summary>B, float [width, r].</summary>
    internal Parameter B(string adapter) => _width.ParameterOf(adapter);

    /// <summary>The factor on B·A.</summary>
    internal double Scale(string adapter) => _updates[adapter].Scale;

    /// <summary>Adds an adapter with its initial numbers, drawn in peft's order.</summary>
    internal void Add(string adapter, LoraConfig config, int rank, double scale)
    {
        if (config.LoraBias) throw new ArgumentException("LoraBias is not served by embeddings, which have none. Leave embeddings out of TargetModules.");
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var (a, b) = (randn(rank, _table.Rows), randn(_table.Width, rank));
        config.InitLoraWeights.FillEmbedding(a, b);
        var type = AdapterPlacement.TypeFor(_table.Weight);
        _rows.Add(adapter, new Parameter(a.to(type, _table.Weight.device)));
        _width.Add(adapter, new Parameter(b.to(type, _table.Weight.device)));
        DoraMagnitude? dora = null;
        if (config.UseDora)
        {
            dora = new DoraMagnitude(_table.Weight.detach().t() + scale * B(adapter).matmul(A(adapter)));
            AdapterPlacement.Move(dora, _table.Weight);
            _lengths.Add(adapter, dora);
        }
        _updates.Add(adapter, new LoraPart(scale, config.LoraDropout, dora));
    }

    internal override void Remove(string adapter)
    {
        base.Remove(adapter);
        _updates.Remove(adapter);
    }

    internal override void Rename(string from, string to)
    {
        base.Rename(from, to);
        if (_updates.Remove(from, out var part)) _updates.Add(to, part);
    }

    private protected override Tensor Adapt(string adapter, Tensor x, Tensor result)
    {
        var part = _updates[adapter];
        var rows = A(adapter).index_select(1, x.flatten()).t().reshape([.. x.shape, -1]);
        if (_table.PaddingId is { } padding) rows = where(x.eq(padding).unsqueeze(-1), rows.detach(), rows);      // the padding row learns nothing, as in the base
        var update = rows.matmul(B(adapter).t()) * part.Scale;
        if (part.Dora is null) return result + update;
        var factor = part.Dora.Factor(_table.Weight.t() + Delta(adapter).detach());
        return factor * result + factor * update;
    }

    private protected override Tensor MergeWeight(string adapter, Tensor weight, Tensor original)
    {
        var delta = Delta(adapter);
        var sum = weight + delta.t();
        return _updates[adapter].Dora is { } dora ? dora.Factor(original.t() + delta) * sum : sum;
    }

    /// <summary>s·B·A, float [width, rows].</summary>
    internal Tensor Delta(string adapter) => B(adapter).matmul(A(adapter)) * _updates[adapter].Scale;
}
