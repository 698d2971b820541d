using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>
/// A module of which each adapter fully trains a copy while the original stays frozen, usually a new head (peft's
/// <c>ModulesToSaveWrapper</c>).
/// </summary>
internal sealed class ModulesToSaveWrapper : Module<Tensor, Tensor>, IAdapterModule, IHasWeight, ILayerWrapper
{
    [ComponentName(Name = "original_module")] private readonly Module<Tensor, Tensor> _untouched;
    [ComponentName(Name = "modules_to_save")] private readonly AdapterSlot _copies = new();
    private readonly AdapterState _state;

    internal ModulesToSaveWrapper(Module<Tensor, Tensor> original, AdapterState state) : base(nameof(ModulesToSaveWrapper))
    {
        (_untouched, _state) = (original, state);
        register_module("original_module", original);
        RegisterComponents();
    }

    public string KeptPath => _state.Merged.FirstOrDefault(Has) is { } merged ? "modules_to_save." + merged : "original_module";

    public Module Original => _untouched;

    public IEnumerable<string> Adapters => _copies.Adapters;

    public IEnumerable<string> SlotNames => [];

    public Tensor Weight => _untouched is IHasWeight weighted ? weighted.Weight
        : throw new InvalidOperationException($"The head is tied to a module of type {_untouched.GetName()}, which has no weight.");

    public bool Has(string adapter) => _copies.Has(adapter);

    /// <summary>
    /// The module that computes the output for all rows: the copy of the first of these adapters that has one, otherwise the original.
    /// </summary>
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

    // A merged adapter still uses its copy, because merging does not change this module.
    public override Tensor forward(Tensor x)
    {
        var choice = _state.Current;
        if (_state.Merged.Count > 0 || choice.Rows is null)
            return AnswerOf(_state.Merged.Count > 0 ? _state.Merged : choice.Active).call(x);
        using var scope = NewDisposeScope();
        return AdapterRows.Apply(x, _untouched.call(x), choice, Has, (adapter, input, _) => CopyOf(adapter).call(input))
            .MoveToOuterDisposeScope();
    }

    public IEnumerable<(string Key, Parameter Value)> ParametersOf(string adapter) =>
        _copies.ParametersOf(adapter).Select(entry => (entry.End[1..], entry.Value));

    public void Remove(string adapter) => _copies.Remove(adapter);

    public void Rename(string from, string to) => _copies.Rename(from, to);

    public MergedTensors? ComputeMerge(IReadOnlyList<string> adapters) => null;

    public void WriteMerge(MergedTensors merged, bool keep) { }

    public void Unmerge() { }

    public Module Release(IReadOnlyList<string> mergedAdapters)
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
