using PeftSharp.Modeling;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>The modules of a model that hold adapters: which module stands where, and how one is put in place of another.</summary>
internal sealed class AdapterTree(PretrainedModel model, AdapterState state)
{
    internal PretrainedModel Model { get; } = model;

    /// <summary>Which adapters are active.</summary>
    internal AdapterState State { get; } = state;

    /// <summary>The modules that hold adapters, in the model's order.</summary>
    internal IReadOnlyList<(string Path, IAdapterModule Module)> Parts => [.. Wrapped().Select(place => (place.Path, (IAdapterModule)place.Module))];

    /// <summary>Every module of the model, without the insides of those that hold adapters.</summary>
    internal List<ModulePlace> Places() => ModuleTree.Walk(Model.WeightsRoot, module => module is IAdapterModule);

    /// <summary>Puts a module that holds adapters in place of another one.</summary>
    internal static TPart Put<TPart>(ModulePlace place, TPart part) where TPart : Module, IAdapterModule
    {
        part.train(place.Module.training);
        if (part.Original.parameters().FirstOrDefault() is { } weight && weight.device_type != DeviceType.CPU) part.to(weight.device);   // so that it knows where it is: TorchSharp moves no module that thinks it is there
        ModuleTree.Replace(place, part);
        return part;
    }

    /// <summary>Takes an adapter out of every module; a module without adapters is put back where it stood.</summary>
    internal void Remove(string adapter)
    {
        foreach (var place in Wrapped())
        {
            var part = (IAdapterModule)place.Module;
            part.Remove(adapter);
            if (!part.Adapters.Any()) ModuleTree.Replace(place, part.Release([]));
        }
    }

    /// <summary>Puts every module back where it stood.</summary>
    /// <param name="mergedAdapters">The adapters that are part of the modules from now on.</param>
    internal void Release(IReadOnlyList<string> mergedAdapters)
    {
        foreach (var place in Wrapped()) ModuleTree.Replace(place, ((IAdapterModule)place.Module).Release(mergedAdapters));
    }

    private ModulePlace[] Wrapped() => [.. Places().Where(place => place.Module is IAdapterModule)];
}
