using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>Where the tensors of an adapter live and of which type they are.</summary>
internal static class AdapterPlacement
{
    /// <summary>float32 beside base weights of half precision, so that small steps are not rounded away; otherwise the base's type.</summary>
    internal static ScalarType TypeFor(Tensor weight) => weight.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Moves a new module to the layer's device.</summary>
    internal static void Move(Module module, Tensor weight)
    {
        if (TypeFor(weight) is var type && type != ScalarType.Float32) module.to(type);
        if (weight.device_type != DeviceType.CPU) module.to(weight.device);
    }
}
