using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>Word, position and token type, added, normalized, dropped out.</summary>
/// <remarks>Parameter names are those of transformers' <c>BertEmbeddings</c>.</remarks>
internal sealed class BertEmbeddings : Module<ModelInputs, Tensor>
{
    [ComponentName(Name = "word_embeddings")] private readonly Module<Tensor, Tensor> _words;
    [ComponentName(Name = "position_embeddings")] private readonly Module<Tensor, Tensor> _positions;
    [ComponentName(Name = "token_type_embeddings")] private readonly Module<Tensor, Tensor> _types;
    [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;

    internal BertEmbeddings(BertConfig config) : base(nameof(BertEmbeddings))
    {
        _words = new Embedding(config.VocabSize, config.HiddenSize, config.PaddingRow);
        _positions = new Embedding(config.MaxPositionEmbeddings, config.HiddenSize);
        _types = new Embedding(config.TypeVocabSize, config.HiddenSize);
        _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        _dropout = new Dropout(config.HiddenDropoutProb);
        RegisterComponents();
    }

    internal Module<Tensor, Tensor> Words => _words;

    /// <returns>Float [batch, tokens, hidden].</returns>
    public override Tensor forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var words = inputs.InputsEmbeds ?? _words.call(inputs.InputIds!);
        var tokens = words.shape[1];
        var types = _types.call(inputs.TokenTypeIds ?? zeros([1, tokens], ScalarType.Int64, words.device));
        var positions = _positions.call(inputs.PositionIds ?? arange(tokens, ScalarType.Int64, words.device).unsqueeze(0));
        return _dropout.call(_norm.call(words + types + positions)).MoveToOuterDisposeScope();
    }
}
