using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>A linear layer that reads the weight of another module, as a head that is tied to the embeddings. Its bias is its own or another module's.</summary>
/// <remarks>
/// <para>The weight is read on each call, so moving the model or adapting the embeddings changes what this layer computes.</para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes the parameters that it reads.</para>
/// </remarks>
public sealed class TiedLinear : Module<Tensor, Tensor>, IHasWeight, IParameterInitializer, IVocabularySized
{
    private readonly Func<Tensor> _source;
    private readonly Func<Parameter>? _sourceBias;
    [ComponentName(Name = "bias")] private Parameter? _ownBias;

    /// <summary>A layer without parameters of its own.</summary>
    /// <param name="source">Gives the weight, float [outputs, inputs].</param>
    /// <param name="sourceBias">Gives the bias, float [outputs]; null where there is none.</param>
    public TiedLinear(Func<Tensor> source, Func<Parameter>? sourceBias = null) : base(nameof(TiedLinear))
    {
        (_source, _sourceBias) = (source, sourceBias);
        RegisterComponents();
    }

    /// <summary>A layer with a bias of its own, which starts at 0 and is resized with the vocabulary.</summary>
    /// <param name="source">Gives the weight, float [outputs, inputs].</param>
    /// <param name="outputs">Number of elements of the bias: the size of the vocabulary.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="outputs"/> is less than 1.</exception>
    public TiedLinear(Func<Tensor> source, long outputs) : base(nameof(TiedLinear))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        (_source, _ownBias) = (source, new Parameter(empty(outputs)));
        RegisterComponents();
    }

    /// <summary>The weight, float [outputs, inputs].</summary>
    public Tensor Weight => _source();

    /// <summary>The bias; null where there is none.</summary>
    internal Parameter? Bias => _ownBias ?? _sourceBias?.Invoke();

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

    void IParameterInitializer.Initialize(string parameter, double standardDeviation) => init.zeros_(_ownBias!);

    void IVocabularySized.ResizeVocabulary(int vocabSize)
    {
        if (_ownBias is not null) ConditionallyRegisterParameter("bias", _ownBias = VocabularyRows.Resized(_ownBias, vocabSize));
    }
}
