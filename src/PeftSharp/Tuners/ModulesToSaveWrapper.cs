using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>A module that is trained whole, as a copy for each adapter, while the original stays frozen: a new head, usually (peft's <c>ModulesToSaveWrapper</c>).</summary>
internal sealed class ModulesToSaveWrapper : AdapterPart
{
    [ComponentName(Name = "original_module")] private readonly Module<Tensor, Tensor> _untouched;
    [ComponentName(Name = "modules_to_save")] private readonly AdapterSlot _copies = new();

    internal ModulesToSaveWrapper(Module<Tensor, Tensor> original, AdapterState state) : base(nameof(ModulesToSaveWrapper), state)
    {
        _untouched = original;
        register_module("original_module", original);
        RegisterComponents();
    }

    public override string KeptPath => State.Merged.FirstOrDefault(Has) is { } merged ? "modules_to_save." + merged : "original_module";

    internal override Module<Tensor, Tensor> Original => _untouched;

    internal override IEnumerable<string> Adapters => _copies.Adapters;

    public override Tensor Weight => _untouched is IHasWeight weighted ? weighted.Weight
        : throw new InvalidOperationException($"A head reads the weight of a {_untouched.GetName()}, which has none.");

    internal override bool Has(string adapter) => _copies.Has(adapter);

    /// <summary>The module that answers for all rows: the copy of the first of these adapters that has one, otherwise the original.</summary>
    private Module<Tensor, Tensor> AnswerOf(IReadOnlyList<string> adapters)
    {
        foreach (var adapter in adapters)
            if (Has(adapter)) return CopyOf(adapter);
        return _untouched;
    }

    private Module<Tensor, Tensor> CopyOf(string adapter) => (Module<Tensor, Tensor>)_copies.ModuleOf(adapter);

    internal void Add(string adapter)
    {
        var copy = _untouched is TiedLinear tied ? tied.ToLinear() : ModuleCopy.Of(_untouched);
        copy.train(training);
        _copies.Add(adapter, copy);
    }

    // A merged adapter's copy answers too: merging changes weights, and a copy has its own.
    public override Tensor forward(Tensor x)
    {
        var choice = State.Current;
        if (State.Merged.Count > 0 || choice.Rows is null) return AnswerOf(State.Merged.Count > 0 ? State.Merged : choice.Active).call(x);
        using var scope = NewDisposeScope();
        return ByRows(x, _untouched.call(x), choice, (adapter, input, _) => CopyOf(adapter).call(input)).MoveToOuterDisposeScope();
    }

    internal override IEnumerable<(string Key, Parameter Value)> ParametersOf(string adapter) =>
        _copies.ParametersOf(adapter).Select(entry => (entry.End[1..], entry.Value));

    internal override void Remove(string adapter) => _copies.Remove(adapter);

    internal override void Rename(string from, string to) => _copies.Rename(from, to);

    internal override MergedTensors? ComputeMerge(IReadOnlyList<string> adapters) => null;

    internal override void WriteMerge(MergedTensors merged, bool keep) { }

    internal override void Unmerge() { }

    internal override Module<Tensor, Tensor> Release(IReadOnlyList<string> mergedAdapters)
    {
        var remaining = AnswerOf(mergedAdapters);
        register_module("original_module", null!);
        if (remaining != _untouched)
        {
            _copies.Take(mergedAdapters.First(Has));
            _untouched.Dispose();
        }
        Dispose();
        return remaining;
    }
}
