using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Tuners;

/// <summary>A linear layer, however it stores its weight: the library's, one that is tied to the embeddings, GPT-2's transposed one, or TorchSharp's.</summary>
internal sealed class DenseTarget : IAdaptable
{
    private readonly Func<Parameter> _weight;      // asked each time: moving a model replaces its parameters
    private readonly Func<Parameter?> _bias;

    private DenseTarget(Func<Parameter> weight, Func<Parameter?> bias, bool isTransposed) => (_weight, _bias, IsTransposed) = (weight, bias, isTransposed);

    /// <summary>The layer as a target; null where it is no linear layer.</summary>
    internal static DenseTarget? Of(Module module) => module switch
    {
        Linear own => new DenseTarget(() => own.Weight, () => own.Bias, isTransposed: false),
        TiedLinear tied => new DenseTarget(() => tied.Weight as Parameter ?? throw new InvalidOperationException("A head that is tied to embeddings with trained rows cannot be adapted. Take it out of the targets."),
            () => tied.Bias, isTransposed: false),
        Conv1D own => new DenseTarget(() => own.Weight, () => own.Bias, isTransposed: true),
        TorchSharp.Modules.Linear linear => new DenseTarget(() => linear.weight, () => linear.bias, isTransposed: false),
        _ => null,
    };

    public Parameter Weight => _weight();

    public Parameter? Bias => _bias();

    /// <summary>Whether the weight is [inputs, outputs].</summary>
    internal bool IsTransposed { get; }

    /// <summary>Width of the input.</summary>
    internal long Inputs => Weight.shape[IsTransposed ? 0 : 1];

    /// <summary>Width of the output.</summary>
    internal long Outputs => Weight.shape[IsTransposed ? 1 : 0];

    /// <summary>From [outputs, inputs] to the layer's order and back.</summary>
    internal Tensor Oriented(Tensor weight) => IsTransposed ? weight.t() : weight;
}
