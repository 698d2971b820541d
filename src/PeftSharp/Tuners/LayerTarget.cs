using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>A layer to which an adapter is added, and the tensors into which adapters are merged.</summary>
/// <remarks>Thread safety: several threads can read an instance at once.</remarks>
public class LayerTarget
{
    private protected LayerTarget(Module<Tensor, Tensor> layer) => Layer = layer;

    /// <summary>The layer without adapters.</summary>
    public Module<Tensor, Tensor> Layer { get; }

    /// <summary>Whether the layer has a weight.</summary>
    public virtual bool HasWeight => Layer.has_parameter("weight");

    /// <summary>The layer's weight. Read it on each use: moving the model to another device or type replaces it.</summary>
    /// <exception cref="InvalidOperationException">The layer has no weight.</exception>
    public virtual Parameter Weight =>
        Layer.get_parameter("weight")
        ?? throw new InvalidOperationException($"A layer of type {Layer.GetName()} has no weight. Check HasWeight first.");

    /// <summary>The layer's bias; null if it has none.</summary>
    public virtual Parameter? Bias => Layer.has_parameter("bias") ? Layer.get_parameter("bias") : null;

    /// <summary>
    /// Creates a target for a layer: a <see cref="LinearTarget"/>, an <see cref="EmbeddingTarget"/>, or a <see cref="LayerTarget"/> for any
    /// other layer that maps one tensor to one tensor.
    /// </summary>
    /// <param name="module">A module of the model.</param>
    /// <returns>The target; null if the module has other inputs or outputs.</returns>
    public static LayerTarget? FromModule(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module is not Module<Tensor, Tensor> layer ? null
            : (LayerTarget?)LinearTarget.FromModule(layer) ?? EmbeddingTarget.FromModule(layer) ?? new LayerTarget(layer);
    }

    /// <summary>
    /// Moves a tensor to the layer's device and casts it to the type in which adapters are trained: float64 for a float64 layer, otherwise
    /// float32, so that small updates are not lost to rounding.
    /// </summary>
    /// <param name="value">Any tensor.</param>
    public Tensor MoveToLayer(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var (type, device) = Placement;
        return value.to(type, device);
    }

    /// <summary>Moves a module's parameters as <see cref="MoveToLayer(Tensor)"/> does.</summary>
    /// <typeparam name="TModule">The module class.</typeparam>
    /// <param name="module">The module, which is modified. Its parameters are float32 on the CPU.</param>
    /// <returns>The same module.</returns>
    public TModule MoveToLayer<TModule>(TModule module) where TModule : Module
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
