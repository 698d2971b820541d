using PeftSharp.Modeling;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>The modules of a model that hold adapters: locates, replaces and restores modules.</summary>
internal sealed class AdapterTree(PretrainedModel model, AdapterState state)
{
    internal PretrainedModel Model { get; } = model;

    /// <summary>The active adapters.</summary>
    internal AdapterState State { get; } = state;

    /// <summary>The modules that hold adapters, in the model's order.</summary>
    internal IReadOnlyList<(string Path, IAdapterModule Module)> Parts =>
        [.. Wrapped().Select(place => (place.Path, (IAdapterModule)place.Module))];

    /// <summary>All modules of the model, without the descendants of modules that hold adapters.</summary>
    internal List<ModulePlace> Places() => ModuleTree.Walk(Model.WeightsRoot, module => module is IAdapterModule);

    /// <summary>Replaces a module by one that holds adapters.</summary>
    internal static TPart Put<TPart>(ModulePlace place, TPart part) where TPart : Module, IAdapterModule
    {
        part.train(place.Module.training);
        // Records the device of the new module. Otherwise, a later move to the CPU would do nothing, because TorchSharp's to() skips a
        // module whose recorded device is the target.
        if (part.Original.parameters().FirstOrDefault() is { } weight && weight.device_type != DeviceType.CPU) part.to(weight.device);
        ModuleTree.Replace(place, part);
        return part;
    }

    /// <summary>Removes an adapter from every module; a wrapper without adapters is replaced by the original module.</summary>
    internal void Remove(string adapter)
    {
        foreach (var place in Wrapped())
        {
            var part = (IAdapterModule)place.Module;
            part.Remove(adapter);
            if (!part.Adapters.Any()) ModuleTree.Replace(place, part.Release([]));
        }
    }

    /// <summary>Replaces every wrapper by the original module.</summary>
    /// <param name="mergedAdapters">The adapters that are permanently merged into the modules.</param>
    internal void Release(IReadOnlyList<string> mergedAdapters)
    {
        foreach (var place in Wrapped()) ModuleTree.Replace(place, ((IAdapterModule)place.Module).Release(mergedAdapters));
    }

    private ModulePlace[] Wrapped() => [.. Places().Where(place => place.Module is IAdapterModule)];
}
