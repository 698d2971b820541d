using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>
/// A module that holds adapters and replaces another module of the model: a wrapped layer, a fully trained module, or an embedding with
/// trained rows.
/// </summary>
internal interface IAdapterModule
{
    /// <summary>The module that was replaced.</summary>
    Module Original { get; }

    /// <summary>Names of the adapters in this module.</summary>
    IEnumerable<string> Adapters { get; }

    /// <summary>Names that precede the adapter's name in parameter names, such as <c>lora_A</c>.</summary>
    IEnumerable<string> SlotNames { get; }

    /// <summary>Whether this module has the adapter.</summary>
    bool Has(string adapter);

    /// <summary>The adapter's parameters, with their names in the file relative to this module's path.</summary>
    IEnumerable<(string Key, TorchSharp.Modules.Parameter Value)> ParametersOf(string adapter);

    void Remove(string adapter);

    void Rename(string from, string to);

    /// <summary>
    /// Computes the weights with these adapters merged, so that they can be checked before they are written; null if nothing changes.
    /// </summary>
    MergedTensors? ComputeMerge(IReadOnlyList<string> adapters);

    /// <summary>
    /// Writes the result of <see cref="ComputeMerge"/>. With <paramref name="keep"/> the original weights are kept for
    /// <see cref="Unmerge"/>.
    /// </summary>
    void WriteMerge(MergedTensors merged, bool keep);

    /// <summary>Restores the exact original weights.</summary>
    void Unmerge();

    /// <summary>Returns the module without adapters and disposes this one.</summary>
    /// <param name="mergedAdapters">The adapters that are permanently merged into the module.</param>
    Module Release(IReadOnlyList<string> mergedAdapters);
}
