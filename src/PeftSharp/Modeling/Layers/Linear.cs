using PeftSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A linear layer: y = x·Wᵀ + b. The weights of a new instance are not initialized; loading a checkpoint or
/// <see cref="IParameterInitializer.Initialize"/> sets them.
/// </summary>
/// <remarks>
/// <para>
/// Used instead of TorchSharp's <c>Linear</c>, which draws random numbers when it is created. This takes time and advances the random
/// number generator differently from PyTorch.
/// </para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
public sealed class Linear : Module<Tensor, Tensor>, IParameterInitializer
{
    [ComponentName(Name = "weight")] private Parameter _weight;
    [ComponentName(Name = "bias")] private Parameter? _bias;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="inFeatures">Width of the input.</param>
    /// <param name="outFeatures">Width of the output.</param>
    /// <param name="hasBias">Whether a bias is added. Default true.</param>
    public Linear(long inFeatures, long outFeatures, bool hasBias = true) : base(nameof(Linear))
    {
        _weight = new Parameter(empty(outFeatures, inFeatures));
        if (hasBias) _bias = new Parameter(empty(outFeatures));
        RegisterComponents();
    }

    /// <summary>W, float [outFeatures, inFeatures].</summary>
    internal Parameter Weight => _weight;

    /// <summary>b, float [outFeatures]; null without a bias.</summary>
    internal Parameter? Bias => _bias;

    /// <summary>Standard deviation of a new weight. Null: the configuration's <c>initializer_range</c>.</summary>
    internal double? InitialDeviation { get; init; }

    /// <summary>Whether a hook is registered. Hooks run only in <c>call</c>.</summary>
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>Computes x·Wᵀ + b.</summary>
    /// <param name="x">Float [..., inFeatures].</param>
    /// <returns>Float [..., outFeatures].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Product(ComputePrecision.Of(x), ComputePrecision.OfWeight(_weight), ComputePrecision.OfBias(_bias))
            .MoveToOuterDisposeScope();
    }

    /// <summary>x·Wᵀ + b, by the faster kernel for the number of rows.</summary>
    internal static Tensor Product(Tensor x, Tensor weight, Tensor? bias = null) =>
        SkinnyGemm.CanRun(x, weight, bias, isTransposed: false) ? SkinnyGemm.Apply(x, weight, bias, isTransposed: false)
        : FastLinear.CanRun(x, weight, bias, isTransposed: false) ? FastLinear.Apply(x, weight, bias, isTransposed: false)
        : functional.linear(x, weight, bias);

    /// <summary>
    /// Changes the number of outputs of a language model head: resizes the weight and the bias with <see cref="VocabularyRows.Resize"/>.
    /// </summary>
    internal void ResizeOutputs(long outputs)
    {
        var weight = VocabularyRows.Resize(_weight, outputs);
        _weight.Dispose();
        ConditionallyRegisterParameter("weight", _weight = weight);
        if (_bias is null) return;
        var bias = VocabularyRows.Resize(_bias, outputs);
        _bias.Dispose();
        ConditionallyRegisterParameter("bias", _bias = bias);
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation)
    {
        if (parameter == "weight") init.normal_(_weight, 0, InitialDeviation ?? standardDeviation);
        else init.zeros_(_bias!);
    }
}
