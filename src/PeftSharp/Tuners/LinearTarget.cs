using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Tuners;

/// <summary>
/// A linear layer to which an adapter is added, in either layout of the weight: <see cref="Linear"/>, <see cref="TiedLinear"/>,
/// <see cref="Conv1D"/> or TorchSharp's <c>Linear</c>.
/// </summary>
/// <remarks>Thread safety: several threads can read an instance at once.</remarks>
public sealed class LinearTarget : LayerTarget
{
    private readonly Func<Parameter> _weight;
    private readonly Func<Parameter?> _bias;

    private LinearTarget(Module<Tensor, Tensor> layer, Func<Parameter> weight, Func<Parameter?> bias, bool isTransposed = false)
        : base(layer) =>
        (_weight, _bias, IsTransposed) = (weight, bias, isTransposed);

    /// <summary>Returns the layer as a target; null if it is not a linear layer.</summary>
    internal static new LinearTarget? FromModule(Module layer) => layer switch
    {
        Linear own => new LinearTarget(own, () => own.Weight, () => own.Bias),
        TiedLinear tied => new LinearTarget(tied, () => tied.Weight as Parameter ?? throw new InvalidOperationException("A head that "
            + "is tied to embeddings with trained rows cannot be adapted. Remove it from the targets."), () => tied.Bias),
        Conv1D own => new LinearTarget(own, () => own.Weight, () => own.Bias, isTransposed: true),
        TorchSharp.Modules.Linear linear => new LinearTarget(linear, () => linear.weight, () => linear.bias),
        _ => null,
    };

    /// <inheritdoc/>
    public override bool HasWeight => true;

    /// <inheritdoc/>
    public override Parameter Weight => _weight();

    /// <inheritdoc/>
    public override Parameter? Bias => _bias();

    /// <summary>Whether the weight is stored as [inputs, outputs].</summary>
    public bool IsTransposed { get; }

    /// <summary>Number of input features, <c>in_features</c> in PyTorch.</summary>
    public long InFeatures => Weight.shape[IsTransposed ? 0 : 1];

    /// <summary>Number of output features, <c>out_features</c> in PyTorch.</summary>
    public long OutFeatures => Weight.shape[IsTransposed ? 1 : 0];

    /// <summary>
    /// Transposes a weight if the layer stores its weight as [inputs, outputs] (<see cref="IsTransposed"/>): converts [outputs, inputs] to
    /// the layout of the layer, or back.
    /// </summary>
    /// <param name="weight">Float [outputs, inputs], or in the layer's layout.</param>
    public Tensor TransposeIfNeeded(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return IsTransposed ? weight.t() : weight;
    }
}
