using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Tuners.Lora;

/// <summary>A frozen linear layer with trained low-rank updates: y = W·x + b + s·B·A·x, or with DoRA y = (m / ‖W + s·B·A‖)·(W + s·B·A)·x + b.</summary>
internal sealed class LoraLinear : TunerLayer
{
    [ComponentName(Name = "lora_A")] private readonly AdapterSlot _down = new();
    [ComponentName(Name = "lora_B")] private readonly AdapterSlot _up = new();
    [ComponentName(Name = "lora_magnitude_vector")] private readonly AdapterSlot _magnitude = new(namesParameters: false);
    private readonly Dictionary<string, LoraPart> _parts = new(StringComparer.Ordinal);
    private readonly DenseTarget _dense;

    internal LoraLinear(Module<Tensor, Tensor> frozen, DenseTarget target, AdapterState state) : base(nameof(LoraLinear), frozen, target, state)
    {
        _dense = target;
        RegisterComponents();
    }

    internal override bool Has(string adapter) => _parts.ContainsKey(adapter);

    /// <summary>A, float [r, inputs].</summary>
    internal Tensor A(string adapter) => ((Linear)_down.ModuleOf(adapter)).Weight;

    /// <summary>B, float [outputs, r].</summary>
    internal Tensor B(string adapter) => ((Linear)_up.ModuleOf(adapter)).Weight;

    /// <summary>The factor on B·A.</summary>
    internal double Scale(string adapter) => _parts[adapter].Scale;

    /// <summary>Adds an adapter with its initial numbers, drawn in peft's order.</summary>
    internal void Add(string adapter, LoraConfig config, int rank, double scale)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var down = new Linear(_dense.Inputs, rank, hasBias: false);
        var up = new Linear(rank, _dense.Outputs, config.LoraBias);
        LinearStart.Fill(down.Weight);
        LinearStart.Fill(up.Weight);
        if (up.Bias is { } bias) LinearStart.FillBias(bias, rank);
        config.InitLoraWeights.Fill(new LoraStart(_dense, down.Weight, up.Weight, up.Bias, scale));
        AdapterPlacement.Move(down, _dense.Weight);
        AdapterPlacement.Move(up, _dense.Weight);
        _down.Add(adapter, down);
        _up.Add(adapter, up);
        DoraMagnitude? dora = null;
        if (config.UseDora)
        {
            dora = new DoraMagnitude(_dense.Oriented(_dense.Weight.detach()) + scale * up.Weight.matmul(down.Weight));
            AdapterPlacement.Move(dora, _dense.Weight);
            _magnitude.Add(adapter, dora);
        }
        _parts.Add(adapter, new LoraPart(scale, config.LoraDropout, dora));
    }

    internal override void Remove(string adapter)
    {
        base.Remove(adapter);
        _parts.Remove(adapter);
    }

    internal override void Rename(string from, string to)
    {
        base.Rename(from, to);
        if (_parts.Remove(from, out var part)) _parts.Add(to, part);
    }

    private protected override Tensor Adapt(string adapter, Tensor x, Tensor result)
    {
        var part = _parts[adapter];
        var (down, up) = ((Linear)_down.ModuleOf(adapter), (Linear)_up.ModuleOf(adapter));
        var isDropping = training && part.Dropout > 0;
        var input = ComputePrecision.IsActive ? ComputePrecision.Of(x) : x.to(down.Weight.dtype);
        if (isDropping) input = FastDropout.Apply(input, part.Dropout);
        if (part.Dora is null && up.Bias is null && result.dtype == input.dtype) return AddUpdate(result, down.call(input), ComputePrecision.OfWeight(up.Weight), part.Scale);
        var update = up.call(down.call(input)) * part.Scale;
        if (part.Dora is null) return result + update;

        var weight = _dense.Oriented(_dense.Weight).to(input.dtype);
        var factor = part.Dora.Factor(weight + Delta(adapter).detach());
        var output = isDropping ? functional.linear(input, weight) : _dense.Bias is { } bias ? result - bias : result;
        return result + (factor - 1) * output + factor * update;
    }

    /// <summary>result + s·B·(A·x) in one product instead of a product, a scaling and a sum of the output's size.</summary>
    private static Tensor AddUpdate(Tensor result, Tensor reduced, Tensor up, double scale)
    {
        var (outputs, rank) = (up.shape[0], up.shape[1]);
        return addmm(result.reshape(-1, outputs), reduced.reshape(-1, rank), up.t(), beta: 1, alpha: (float)scale).reshape(result.shape);
    }

    private protected override Tensor MergeWeight(string adapter, Tensor weight, Tensor original)
    {
        var delta = Delta(adapter);
        var sum = weight + _dense.Oriented(delta);
        return _parts[adapter].Dora is { } dora ? _dense.Oriented(dora.Factor(_dense.Oriented(original) + delta).unsqueeze(1) * _dense.Oriented(sum)) : sum;
    }

    private protected override Tensor? MergeBias(string adapter, Tensor? bias)
    {
        if (((Linear)_up.ModuleOf(adapter)).Bias is not { } shift) return bias;
        return bias is null ? throw new InvalidOperationException("An adapter with lora_bias cannot be merged into a layer without a bias. Keep it unmerged.") : bias + shift * _parts[adapter].Scale;
    }

    /// <summary>s·B·A, float [outputs, inputs].</summary>
    internal Tensor Delta(string adapter) => B(adapter).matmul(A(adapter)) * _parts[adapter].Scale;
}
