using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>A layer that an adapter is put on: the layer itself and the tensors that adapters merge into.</summary>
/// <remarks>Thread safety: several threads can read an instance at once.</remarks>
public class LayerTarget
{
    private protected LayerTarget(Module<Tensor, Tensor> layer) => Layer = layer;

    /// <summary>The layer without adapters.</summary>
    public Module<Tensor, Tensor> Layer { get; }

    /// <summary>Whether the layer has a weight.</summary>
    public virtual bool HasWeight => Layer.has_parameter("weight");

    /// <summary>The layer's weight. Read it each time: moving the model to another device or type replaces it.</summary>
    /// <exception cref="InvalidOperationException">The layer has none.</exception>
    public virtual Parameter Weight => Layer.get_parameter("weight") ?? throw new InvalidOperationException($"A {Layer.GetName()} has no weight.");

    /// <summary>The layer's bias; null where it has none.</summary>
    public virtual Parameter? Bias => Layer.has_parameter("bias") ? Layer.get_parameter("bias") : null;

    /// <summary>A layer as a target: a <see cref="LinearTarget"/>, an <see cref="EmbeddingTarget"/>, or any other layer from one tensor to one tensor.</summary>
    /// <param name="module">A module of the model.</param>
    /// <returns>Null where the module has other inputs or outputs.</returns>
    public static LayerTarget? Of(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module is not Module<Tensor, Tensor> layer ? null
            : (LayerTarget?)LinearTarget.Of(layer) ?? EmbeddingTarget.Of(layer) ?? new LayerTarget(layer);
    }

    /// <summary>A tensor on the layer's device, in the type in which adapters are trained: float64 beside a float64 layer, otherwise float32, so that small steps are not rounded away.</summary>
    /// <param name="value">Any tensor.</param>
    public Tensor Place(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var (type, device) = Placement;
        return value.to(type, device);
    }

    /// <summary>A new module with its parameters placed as <see cref="Place(Tensor)"/> does.</summary>
    /// <typeparam name="TModule">The module's class.</typeparam>
    /// <param name="module">A module with float32 parameters on the CPU; it is changed.</param>
    public TModule Place<TModule>(TModule module) where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        var (type, device) = Placement;
        if (type != ScalarType.Float32) module.to(type);
        if (device.type != DeviceType.CPU) module.to(device);
        return module;
    }

    private (ScalarType Type, Device Device) Placement => (HasWeight ? Weight : Layer.parameters().FirstOrDefault()) is { } weight
        ? (weight.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32, weight.device)
        : (ScalarType.Float32, CPU);
}
