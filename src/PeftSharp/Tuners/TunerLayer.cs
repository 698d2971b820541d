using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>
/// A frozen layer with adapters, for all tuning methods: naming, activation, batches with one adapter per row, merging and unmerging.
/// <see cref="LayerAdapter"/> defines what an adapter computes.
/// </summary>
internal class TunerLayer : Module<Tensor, Tensor>, IAdapterModule, IHasWeight, ILayerWrapper
{
    [ComponentName(Name = "base_layer")] private readonly Module<Tensor, Tensor> _wrapped;
    private readonly AdapterSlots _adapters;
    private Kept? _kept;

    internal TunerLayer(LayerTarget target, AdapterState state) : base(nameof(TunerLayer))
    {
        (_wrapped, Target, State, _adapters) = (target.Layer, target, state, new AdapterSlots(this));
        register_module("base_layer", _wrapped);                     // registered first, as in peft's parameter order
    }

    /// <summary>The layer and the tensors into which adapters are merged.</summary>
    internal LayerTarget Target { get; }

    /// <summary>The active adapters.</summary>
    private protected AdapterState State { get; }

    public string KeptPath => "base_layer";

    public Module Original => _wrapped;

    public IEnumerable<string> Adapters => _adapters.Adapters;

    public IEnumerable<string> SlotNames => _adapters.Names;

    public virtual Tensor Weight => Target.Weight;

    internal LayerAdapter this[string adapter] => (LayerAdapter)_adapters[adapter];

    public bool Has(string adapter) => _adapters.Has(adapter);

    internal void Add(string adapter, LayerAdapter weights)
    {
        _adapters.Add(adapter, weights);
        weights.AttachTo(this);
    }

    public void Remove(string adapter) => _adapters.Remove(adapter);

    public void Rename(string from, string to) => _adapters.Rename(from, to);

    public IEnumerable<(string Key, Parameter Value)> ParametersOf(string adapter) => _adapters.ParametersOf(adapter);

    public override Tensor forward(Tensor x)
    {
        var choice = State.Current;
        if (choice.IsBase || State.Merged.Count > 0) return _wrapped.call(x);
        using var scope = NewDisposeScope();
        ScalarType? type = null;
        var result = choice.Rows is null
            ? Nest(choice.Active, choice.Active.Count)(x)
            : AdapterRows.Apply(x, Inner(x), choice, Has, (adapter, rows, plain) =>
                this[adapter].Forward(rows, other => ReferenceEquals(other, rows) ? plain : Inner(other)));
        return (type is { } whole ? result.to(whole) : result).MoveToOuterDisposeScope();

        Tensor Inner(Tensor input)
        {
            var output = _wrapped.call(input);
            type = output.dtype;
            return output;
        }

        // The layer with the first `count` adapters: each wraps the preceding ones.
        Func<Tensor, Tensor> Nest(IReadOnlyList<string> active, int count)
        {
            while (count > 0 && !Has(active[count - 1])) count--;
            if (count == 0) return Inner;
            var (adapter, inner) = (this[active[count - 1]], Nest(active, count - 1));
            return input => adapter.Forward(input, inner);
        }
    }

    public MergedTensors? ComputeMerge(IReadOnlyList<string> adapters)
    {
        if (!adapters.Any(Has)) return null;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var original = _kept?.Weight ?? Target.Weight;
        var (weight, bias) = (original, _kept?.Bias ?? Target.Bias as Tensor);
        foreach (var adapter in adapters.Where(Has).Select(adapter => (MergeableLayerAdapter)this[adapter]))
            (weight, bias) = (adapter.MergeWeight(weight, original), adapter.MergeBias(bias));
        return new MergedTensors(
            weight.MoveToOuterDisposeScope(),
            ReferenceEquals(bias, _kept?.Bias ?? Target.Bias as Tensor) ? null : bias?.MoveToOuterDisposeScope());
    }

    public void WriteMerge(MergedTensors merged, bool keep)
    {
        using var noGradient = no_grad();
        if (keep) _kept ??= Kept.Of(Target);
        Target.Weight.copy_(merged.Weight);
        if (merged.Bias is not null) Target.Bias!.copy_(merged.Bias);
    }

    public void Unmerge()
    {
        if (_kept is null) return;
        using var noGradient = no_grad();
        Target.Weight.copy_(_kept.Weight);
        if (_kept.Bias is not null) Target.Bias!.copy_(_kept.Bias);
        Forget();
    }

    public Module Release(IReadOnlyList<string> mergedAdapters)
    {
        register_module("base_layer", null!);
        Dispose();
        return _wrapped;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Forget();
        base.Dispose(disposing);
    }

    private void Forget()
    {
        _kept?.Weight.Dispose();
        _kept?.Bias?.Dispose();
        _kept = null;
    }

    /// <summary>
    /// The original tensors, kept during a merge. They are not fields of the layer, because TorchSharp would register them as buffers.
    /// </summary>
    private sealed record Kept(Tensor Weight, Tensor? Bias)
    {
        internal static Kept Of(LayerTarget target) =>
            new(target.Weight.detach().clone().DetachFromDisposeScope(), target.Bias?.detach().clone().DetachFromDisposeScope());
    }
}
