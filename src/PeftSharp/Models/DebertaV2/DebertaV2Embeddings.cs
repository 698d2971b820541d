using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;      // not TorchSharp's functions of the same names
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// The normalized sum of word embeddings and, optionally, position and token type embeddings; it is zero for padding tokens (transformers'
/// <c>DebertaV2Embeddings</c>).
/// </summary>
internal sealed class DebertaV2Embeddings : Module<ModelInputs, Tensor>
{
    [ComponentName(Name = "word_embeddings")] private readonly Module<Tensor, Tensor> _words;
    [ComponentName(Name = "position_embeddings")] private readonly Module<Tensor, Tensor>? _positions;
    [ComponentName(Name = "token_type_embeddings")] private readonly Module<Tensor, Tensor>? _types;
    [ComponentName(Name = "embed_proj")] private readonly Module<Tensor, Tensor>? _projection;
    [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;

    internal DebertaV2Embeddings(DebertaV2Config config) : base(nameof(DebertaV2Embeddings))
    {
        _words = new Embedding(config.VocabSize, config.EmbeddingWidth, config.PaddingRow);
        if (config.PositionBiasedInput) _positions = new Embedding(config.MaxPositionEmbeddings, config.EmbeddingWidth);
        if (config.TypeVocabSize > 0) _types = new Embedding(config.TypeVocabSize, config.EmbeddingWidth);
        if (config.EmbeddingWidth != config.HiddenSize)
            _projection = new Linear(config.EmbeddingWidth, config.HiddenSize, hasBias: false);
        _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        _dropout = new Dropout(config.HiddenDropoutProb);
        RegisterComponents();
    }

    internal Module<Tensor, Tensor> Words => _words;

    /// <returns>Float [batch, tokens, hidden].</returns>
    public override Tensor forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var x = inputs.InputsEmbeds ?? _words.call(inputs.InputIds!);
        var tokens = x.shape[1];
        if (_positions is not null)
            x = x + _positions.call(inputs.PositionIds ?? arange(tokens, ScalarType.Int64, x.device).unsqueeze(0));
        if (_types is not null) x = x + _types.call(inputs.TokenTypeIds ?? zeros([1, tokens], ScalarType.Int64, x.device));
        if (_projection is not null) x = _projection.call(x);
        x = _norm.call(x);
        // A mask for each pair of tokens does not say which tokens are padding.
        if (inputs.AttentionMask is { } mask && mask.dim() == 2) x = x * mask.unsqueeze(2).to(x.dtype);
        return _dropout.call(x).MoveToOuterDisposeScope();
    }
}
