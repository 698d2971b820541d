using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>A model's tensors by their names in a checkpoint, even while adapters wrap some of its layers.</summary>
internal static class ModelState
{
    /// <summary>
    /// The tensors in the order of <c>state_dict</c>. Tensors that a wrapper adds are omitted; those of the wrapped layer have the
    /// layer's original names.
    /// </summary>
    internal static OrderedDictionary<string, Tensor> Of(PretrainedModel model)
    {
        var wrapped = WrappedNames(model);
        var state = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in model.WeightsRoot.state_dict())
            if (wrapped(name) is { } own) state.Add(own, tensor);
        return state;
    }

    /// <summary>The parameters of the model by their current names, without those that wrappers add.</summary>
    internal static IEnumerable<KeyValuePair<string, TorchSharp.Modules.Parameter>> Parameters(PretrainedModel model)
    {
        var wrapped = WrappedNames(model);
        return model.WeightsRoot.named_parameters().Where(pair => wrapped(pair.name) is not null)
            .Select(pair => KeyValuePair.Create(pair.name, pair.parameter));
    }

    /// <summary>Maps a current name to the checkpoint's name; null for tensors that a wrapper adds.</summary>
    private static Func<string, string?> WrappedNames(PretrainedModel model)
    {
        var wrappers = ModuleTree.Walk(model.WeightsRoot).Where(place => place.Module is ILayerWrapper)
            .Select(place => (Path: place.Path + ".", Kept: $"{place.Path}.{((ILayerWrapper)place.Module).KeptPath}.")).ToArray();
        return NameOf;

        string? NameOf(string name)
        {
            foreach (var (path, kept) in wrappers)
            {
                if (!name.StartsWith(path, StringComparison.Ordinal)) continue;
                return name.StartsWith(kept, StringComparison.Ordinal) ? path + name[kept.Length..] : null;
            }
            return name;
        }
    }
}
