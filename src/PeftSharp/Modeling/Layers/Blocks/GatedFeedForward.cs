using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>A gated feed-forward layer: W_down·(f(W_gate·x) ⊙ W_up·x) (Shazeer 2020, arXiv:2002.05202).</summary>
/// <remarks>
/// <para>
/// The parameters have the names of transformers' <c>LlamaMLP</c>, or of <c>Phi3MLP</c> if one projection computes gate and values.
/// </para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
public sealed class GatedFeedForward : Module<Tensor, Tensor>
{
    [ComponentName(Name = "gate_proj")] private readonly Module<Tensor, Tensor>? _gate;
    [ComponentName(Name = "up_proj")] private readonly Module<Tensor, Tensor>? _up;
    [ComponentName(Name = "gate_up_proj")] private readonly Module<Tensor, Tensor>? _fused;
    [ComponentName(Name = "down_proj")] private readonly Module<Tensor, Tensor> _down;
    private readonly Func<Tensor, Tensor> _activation, _halves;
    private readonly GatedActivation? _gated;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="width">Width of input and output.</param>
    /// <param name="intermediate">Width between the projections.</param>
    /// <param name="activation">Activation function of the gate, by its name in transformers.</param>
    /// <param name="hasBias">Whether the projections have a bias. Default false.</param>
    /// <param name="isFused">Whether one projection computes the gate and the values, in this order. Default false.</param>
    public GatedFeedForward(int width, int intermediate, string activation, bool hasBias = false, bool isFused = false)
        : base("GatedFeedForward")
    {
        if (isFused) _fused = new Linear(width, 2 * intermediate, hasBias);
        else (_gate, _up) = (new Linear(width, intermediate, hasBias), new Linear(width, intermediate, hasBias));
        _down = new Linear(intermediate, width, hasBias);
        _activation = ActivationFunctions.Get(activation);
        (_halves, _gated) = (ActivationFunctions.GatedHalves(activation), ActivationFunctions.Gated(activation));
        RegisterComponents();
    }

    private bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>Adds the projections and the activation to the description of the layer.</summary>
    internal bool TryDescribe(StepParts parts, ref StepLayer step)
    {
        if (HasHooks || ActivationFunctions.OfStep(_gated) is not { } activation) return false;
        (step.IsGated, step.Activation) = (true, activation);
        return parts.TryDescribe(_fused ?? _gate, out step.Gate) && parts.TryDescribe(_up, out step.Up)
            && parts.TryDescribe(_down, out step.Down);
    }

    /// <summary>Computes the output of the feed-forward layer.</summary>
    /// <param name="x">Float [..., width].</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _down.call(_fused is null ? Product(_gate!.call(x), _up!.call(x)) : _halves(_fused.call(x))).MoveToOuterDisposeScope();
    }

    private Tensor Product(Tensor gate, Tensor up) =>
        _gated is not null && GatedActivation.CanRun(gate, up) ? _gated.Apply(gate, up) : _activation(gate) * up;
}
