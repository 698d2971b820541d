using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>A module of the model's tree that holds adapters and stands where another module stood: a wrapped layer, a module that is trained whole, or an embedding with trained rows.</summary>
internal interface IAdapterModule
{
    /// <summary>The module that stood here before.</summary>
    Module Original { get; }

    /// <summary>Names of the adapters that have something here.</summary>
    IEnumerable<string> Adapters { get; }

    /// <summary>Names that stand before the adapter's name in the names of the parameters, such as <c>lora_A</c>.</summary>
    IEnumerable<string> SlotNames { get; }

    /// <summary>Whether the adapter has something here.</summary>
    bool Has(string adapter);

    /// <summary>The adapter's parameters, with their names in the file after this module's path.</summary>
    IEnumerable<(string Key, TorchSharp.Modules.Parameter Value)> ParametersOf(string adapter);

    void Remove(string adapter);

    void Rename(string from, string to);

    /// <summary>The weights with these adapters merged, to be checked before they are written; null where nothing changes.</summary>
    MergedTensors? ComputeMerge(IReadOnlyList<string> adapters);

    /// <summary>Writes what <see cref="ComputeMerge"/> returned; with <paramref name="keep"/> the bits from before are kept for <see cref="Unmerge"/>.</summary>
    void WriteMerge(MergedTensors merged, bool keep);

    /// <summary>Restores the bits from before the merge.</summary>
    void Unmerge();

    /// <summary>Returns the module that stands here without adapters; this one is disposed.</summary>
    /// <param name="mergedAdapters">The adapters that are part of it from now on.</param>
    Module Release(IReadOnlyList<string> mergedAdapters);
}
