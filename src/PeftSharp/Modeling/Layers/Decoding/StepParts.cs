using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Describes the modules of a decoder layer for <see cref="DecoderStep"/>.</summary>
/// <remarks>
/// Only the layers of this library without hooks are described: a module that an adapter wraps, or that has a hook, must be called.
/// </remarks>
/// <param name="type">The type of the hidden states, which all weights must have.</param>
internal readonly struct StepParts(ScalarType type)
{
    /// <summary>Describes a linear layer. The description of null has no weight.</summary>
    internal bool TryDescribe(Module<Tensor, Tensor>? module, out StepLinear linear)
    {
        linear = default;
        return module switch
        {
            null => true,
            Linear { HasHooks: false } layer => StepLinear.TryDescribe(layer.Weight, layer.Bias, isTransposed: false, type, out linear),
            Conv1D { HasHooks: false } layer => StepLinear.TryDescribe(layer.Weight, layer.Bias, isTransposed: true, type, out linear),
            _ => false,
        };
    }

    /// <summary>Describes a normalization. The description of null is empty.</summary>
    internal bool TryDescribe(Module<Tensor, Tensor>? module, out StepNorm norm)
    {
        norm = default;
        return module switch
        {
            null => true,
            RmsNorm layer => layer.TryDescribe(type, out norm),
            LayerNorm layer => layer.TryDescribe(type, out norm),
            _ => false,
        };
    }

    /// <summary>Whether a module does nothing: dropout in evaluation mode, or null.</summary>
    internal static bool IsIdentity(Module<Tensor, Tensor>? module) => module is null or Dropout { training: false, HasHooks: false };
}
