using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>A linear layer without parameters of its own: weight and bias belong to another module, as those of a head that is tied to the embeddings.</summary>
/// <remarks>
/// <para>The weight is read on each call, so moving the model or adapting the embeddings changes what this layer computes.</para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes the parameters that it reads.</para>
/// </remarks>
public sealed class TiedLinear : Module<Tensor, Tensor>, IHasWeight
{
    private readonly Func<Tensor> _source;
    private readonly Func<TorchSharp.Modules.Parameter>? _sourceBias;

    /// <param name="source">Gives the weight, float [outputs, inputs].</param>
    /// <param name="sourceBias">Gives the bias, float [outputs]; null where there is none.</param>
    public TiedLinear(Func<Tensor> source, Func<TorchSharp.Modules.Parameter>? sourceBias = null) : base(nameof(TiedLinear))
    {
        (_source, _sourceBias) = (source, sourceBias);
        RegisterComponents();
    }

    /// <summary>The weight, float [outputs, inputs].</summary>
    public Tensor Weight => _source();

    /// <summary>The bias; null where there is none.</summary>
    internal TorchSharp.Modules.Parameter? Bias => _sourceBias?.Invoke();

    /// <summary>A layer with a copy of this one's weight and bias, tied to nothing.</summary>
    internal Linear ToLinear()
    {
        using var free = no_grad();
        var (weight, bias) = (Weight, Bias);
        var copy = new Linear(weight.shape[1], weight.shape[0], bias is not null);
        copy.to(weight.dtype);
        copy.to(weight.device);
        copy.Weight.copy_(weight);
        if (bias is not null) copy.Bias!.copy_(bias);
        return copy;
    }

    /// <param name="x">Float [..., inputs].</param>
    /// <returns>Float [..., outputs].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Linear.Product(ComputePrecision.Of(x), ComputePrecision.OfWeight(Weight), ComputePrecision.OfBias(Bias)).MoveToOuterDisposeScope();
    }
}
