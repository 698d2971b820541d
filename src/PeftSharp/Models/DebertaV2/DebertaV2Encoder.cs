using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;      // TorchSharp has classes of the same names
using LayerNorm = PeftSharp.Modeling.Layers.LayerNorm;

namespace PeftSharp.Models.DebertaV2;

/// <summary>The layers, the embeddings of relative positions, and the convolution (transformers' <c>DebertaV2Encoder</c>).</summary>
internal sealed class DebertaV2Encoder : Module<Tensor, AttentionContext, Tensor?, ForwardOptions, IReadOnlyList<Tensor>>
{
    [ComponentName(Name = "layer")] private readonly ModuleList<EncoderLayer> _layers;
    [ComponentName(Name = "rel_embeddings")] private readonly Module<Tensor, Tensor>? _positions;
    [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor>? _norm;
    [ComponentName(Name = "conv")] private readonly Module<Tensor, Tensor, Tensor?, Tensor>? _convolution;
    private readonly DebertaV2Config _config;

    internal DebertaV2Encoder(DebertaV2Config config) : base(nameof(DebertaV2Encoder))
    {
        _config = config;
        _layers = new ModuleList<EncoderLayer>([.. Enumerable.Range(0, config.NumHiddenLayers)
            .Select(layer => new EncoderLayer(config.Encoder, new DisentangledSelfAttention(config.Encoder, config.Positions, layer)))]);
        if (config.RelativeAttention) _positions = new Embedding(2 * config.Span, config.HiddenSize);
        if (config.NormalizesPositions) _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        if (config.ConvKernelSize > 0) _convolution = new ConvolutionLayer(config);
        RegisterComponents();
    }

    /// <param name="x">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <param name="mask">Int64 [batch, tokens]; null: no token is padding.</param>
    /// <param name="options">The options of the forward pass.</param>
    /// <inheritdoc cref="LayerSequence.Run" path="/returns"/>
    public override IReadOnlyList<Tensor> forward(Tensor x, AttentionContext context, Tensor? mask, ForwardOptions options)
    {
        if (_positions is not null)
        {
            var embeddings = ((IHasWeight)_positions).Weight;
            context.RelativePositions = RelativePositions.For(
                _norm is null ? embeddings : _norm.call(embeddings), x.shape[1], _config.PositionBuckets, _config.MaxDistance);
        }
        if (_convolution is null) return LayerSequence.Run(_layers, x, context, options);
        // The convolution changes the states of all tokens after the first layer, which may also be the last one.
        if (_layers.Count == 1) options = options with { FirstTokenOnly = false };
        return LayerSequence.Run(
            _layers, x, context, options, (layer, state) => layer == 0 ? _convolution.call(x, state, mask) : state);
    }
}
