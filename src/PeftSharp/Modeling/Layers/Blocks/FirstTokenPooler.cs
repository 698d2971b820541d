using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Pools a sequence by applying a linear layer and tanh to the hidden state of the first token (transformers' <c>BertPooler</c>).
/// </summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class FirstTokenPooler : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="width">Width of the hidden states.</param>
    public FirstTokenPooler(int width) : base(nameof(FirstTokenPooler))
    {
        _dense = new Linear(width, width);
        RegisterComponents();
    }

    /// <summary>Pools the hidden states of a batch.</summary>
    /// <param name="states">Float [batch, tokens, width].</param>
    /// <returns>Float [batch, width].</returns>
    public override Tensor forward(Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var scope = NewDisposeScope();
        return _dense.call(states.select(1, 0)).tanh().MoveToOuterDisposeScope();
    }
}
