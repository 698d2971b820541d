using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>A frozen layer with trained updates beside it: names, switching, batches with an adapter per row, merging and its undoing, for every method. A method adds two formulas.</summary>
internal abstract class TunerLayer : AdapterPart
{
    [ComponentName(Name = "base_layer")] private readonly Module<Tensor, Tensor> _wrapped;
    private Kept? _kept;

    private protected TunerLayer(string name, Module<Tensor, Tensor> wrapped, IAdaptable target, AdapterState state) : base(name, state)
    {
        (_wrapped, Target) = (wrapped, target);
        register_module("base_layer", wrapped);                     // first, as in peft's order of parameters
    }

    /// <summary>The tensors that adapters merge into.</summary>
    internal IAdaptable Target { get; }

    public override string KeptPath => "base_layer";

    internal override Module<Tensor, Tensor> Original => _wrapped;

    public override Tensor Weight => Target.Weight;

    internal override IEnumerable<string> Adapters => Slots.SelectMany(slot => slot.Slot.Adapters).Distinct(StringComparer.Ordinal);

    private IEnumerable<(string Name, AdapterSlot Slot)> Slots =>
        named_children().Where(child => child.module is AdapterSlot).Select(child => (child.name, (AdapterSlot)child.module));

    /// <summary>The layer's answer with this adapter.</summary>
    /// <param name="adapter">Its name; the layer has it.</param>
    /// <param name="x">The layer's input.</param>
    /// <param name="result">The answer without it: the frozen layer's, with the adapters before.</param>
    private protected abstract Tensor Adapt(string adapter, Tensor x, Tensor result);

    /// <summary>The weight with this adapter in it.</summary>
    /// <param name="adapter">Its name; the layer has it.</param>
    /// <param name="weight">The weight so far, in the layer's order: the frozen one with the adapters before.</param>
    /// <param name="original">The frozen weight.</param>
    private protected abstract Tensor MergeWeight(string adapter, Tensor weight, Tensor original);

    /// <summary>The bias with this adapter in it; by default as it was.</summary>
    private protected virtual Tensor? MergeBias(string adapter, Tensor? bias) => bias;

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var choice = State.Current;
        var result = _wrapped.call(x);
        if (choice.IsBase || State.Merged.Count > 0) return result.MoveToOuterDisposeScope();
        var type = result.dtype;
        if (choice.Rows is not null) result = ByRows(x, result, choice, Adapt);
        else
            foreach (var adapter in choice.Active)
                if (Has(adapter)) result = Adapt(adapter, x, result);
        return result.to(type).MoveToOuterDisposeScope();
    }

    internal override IEnumerable<(string Key, Parameter Value)> ParametersOf(string adapter) =>
        Slots.SelectMany(slot => slot.Slot.ParametersOf(adapter).Select(entry => (slot.Name + entry.End, entry.Value)));

    internal override void Remove(string adapter)
    {
        foreach (var (_, slot) in Slots) slot.Remove(adapter);
    }

    internal override void Rename(string from, string to)
    {
        foreach (var (_, slot) in Slots) slot.Rename(from, to);
    }

    internal override MergedTensors? ComputeMerge(IReadOnlyList<string> adapters)
    {
        if (!adapters.Any(Has)) return null;
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var original = _kept?.Weight ?? Target.Weight;
        var (weight, bias) = (original, _kept?.Bias ?? Target.Bias as Tensor);
        foreach (var adapter in adapters.Where(Has)) (weight, bias) = (MergeWeight(adapter, weight, original), MergeBias(adapter, bias));
        return new MergedTensors(weight.MoveToOuterDisposeScope(), ReferenceEquals(bias, _kept?.Bias ?? Target.Bias as Tensor) ? null : bias?.MoveToOuterDisposeScope());
    }

    internal override void WriteMerge(MergedTensors merged, bool keep)
    {
        using var free = no_grad();
        if (keep) _kept ??= Kept.Of(Target);
        Target.Weight.copy_(merged.Weight);
        if (merged.Bias is not null) Target.Bias!.copy_(merged.Bias);
    }

    internal override void Unmerge()
    {
        if (_kept is null) return;
        using var free = no_grad();
        Target.Weight.copy_(_kept.Weight);
        if (_kept.Bias is not null) Target.Bias!.copy_(_kept.Bias);
        Forget();
    }

    internal override Module<Tensor, Tensor> Release(IReadOnlyList<string> mergedAdapters)
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

    /// <summary>The bits from before a merge. Not fields of the layer: TorchSharp would take them for buffers.</summary>
    private sealed record Kept(Tensor Weight, Tensor? Bias)
    {
        internal static Kept Of(IAdaptable target) =>
            new(target.Weight.detach().clone().DetachFromDisposeScope(), target.Bias?.detach().clone().DetachFromDisposeScope());
    }
}
