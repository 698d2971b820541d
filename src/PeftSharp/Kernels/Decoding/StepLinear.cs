using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A linear layer in a <see cref="DecoderStep"/>.</summary>
internal unsafe struct StepLinear
{
    internal void* Weight, Bias;
    internal int Inputs, Outputs;

    /// <summary>Whether the weight is [inputs, outputs] (GPT-2's Conv1D).</summary>
    internal bool IsTransposed;

    internal readonly bool IsNone => Weight is null;

    /// <summary>Describes a layer; returns false if the kernels cannot compute it.</summary>
    /// <param name="weight">Float [outputs, inputs], or [inputs, outputs] if <paramref name="isTransposed"/>.</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is [inputs, outputs].</param>
    /// <param name="type">The required type.</param>
    /// <param name="linear">The description.</param>
    internal static bool TryDescribe(Tensor weight, Tensor? bias, bool isTransposed, ScalarType type, out StepLinear linear)
    {
        linear = default;
        if (!IsUsable(weight, type) || (bias is not null && !IsUsable(bias, type))) return false;
        linear = new()
        {
            Weight = TensorMemory.Pointer(weight), Bias = bias is null ? null : TensorMemory.Pointer(bias),
            Inputs = (int)weight.size(isTransposed ? 0 : 1), Outputs = (int)weight.size(isTransposed ? 1 : 0), IsTransposed = isTransposed,
        };
        return linear.Inputs % VectorPair.Count == 0 && linear.Outputs % VectorPair.Count == 0;
    }

    internal static bool IsUsable(Tensor tensor, ScalarType type) =>
        tensor.dtype == type && tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous();
}
