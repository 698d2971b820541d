using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A linear layer that uses the weight of another module, such as a head that is tied to the embeddings. The layer may have a bias of its
/// own.
/// </summary>
/// <remarks>
/// <para>The weight is read on each call, so moving the model or adapting the embeddings takes effect here too.</para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes the parameters that it reads.</para>
/// </remarks>
public sealed class TiedLinear : Module<Tensor, Tensor>, IHasWeight, IParameterInitializer, IResizableVocabulary
{
    private readonly Func<Tensor> _source;
    private readonly Func<Parameter>? _sourceBias;
    [ComponentName(Name = "bias")] private Parameter? _ownBias;

    /// <summary>Creates a layer without parameters of its own.</summary>
    /// <param name="source">Returns the weight, float [outputs, inputs].</param>
    /// <param name="sourceBias">Returns the bias, float [outputs]. Null: no bias.</param>
    public TiedLinear(Func<Tensor> source, Func<Parameter>? sourceBias = null) : base(nameof(TiedLinear))
    {
        (_source, _sourceBias) = (source, sourceBias);
        RegisterComponents();
    }

    /// <summary>Creates a layer with its own bias, which is initialized to 0 and resized with the vocabulary.</summary>
    /// <param name="source">Returns the weight, float [outputs, inputs].</param>
    /// <param name="outputs">Number of elements of the bias: the vocabulary size.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="outputs"/> is less than 1.</exception>
    public TiedLinear(Func<Tensor> source, long outputs) : base(nameof(TiedLinear))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        (_source, _ownBias) = (source, new Parameter(empty(outputs)));
        RegisterComponents();
    }

    /// <summary>The weight, float [outputs, inputs].</summary>
    public Tensor Weight => _source();

    /// <summary>The bias; null if there is none.</summary>
    internal Parameter? Bias => _ownBias ?? _sourceBias?.Invoke();

    /// <summary>Creates an untied layer with a copy of this layer's weight and bias.</summary>
    internal Linear ToLinear()
    {
        using var noGradient = no_grad();
        var (weight, bias) = (Weight, Bias);
        var copy = new Linear(weight.shape[1], weight.shape[0], bias is not null);
        copy.to(weight.dtype);
        copy.to(weight.device);
        copy.Weight.copy_(weight);
        if (bias is not null) copy.Bias!.copy_(bias);
        return copy;
    }

    /// <summary>Computes x·Wᵀ + b with the weight of the other module.</summary>
    /// <param name="x">Float [..., inputs].</param>
    /// <returns>Float [..., outputs].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Linear.Product(ComputePrecision.Of(x), ComputePrecision.OfWeight(Weight), ComputePrecision.OfBias(Bias))
            .MoveToOuterDisposeScope();
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation) => init.zeros_(_ownBias!);

    void IResizableVocabulary.ResizeVocabulary(int vocabSize)
    {
        if (_ownBias is not { } previous) return;
        ConditionallyRegisterParameter("bias", _ownBias = VocabularyRows.Resize(previous, vocabSize));
        previous.Dispose();
    }
}
