using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// The sum of word, position and token type embeddings, followed by layer normalization and dropout. The parameters have the names of
/// transformers' <c>BertEmbeddings</c>.
/// </summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class TextEmbeddings : Module<ModelInputs, Tensor>
{
    [ComponentName(Name = "word_embeddings")] private readonly Module<Tensor, Tensor> _words;
    [ComponentName(Name = "position_embeddings")] private readonly Module<Tensor, Tensor> _positions;
    [ComponentName(Name = "token_type_embeddings")] private readonly Module<Tensor, Tensor>? _types;
    [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    private readonly long? _positionPadding;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="vocabSize">Vocabulary size.</param>
    /// <param name="positions">Number of positions.</param>
    /// <param name="types">Number of token types; 0 for a model without them.</param>
    /// <param name="width">Width of an embedding.</param>
    /// <param name="padTokenId">The padding token. Its embedding is initialized to zero and is not trained. Null: none.</param>
    /// <param name="positionPadding">
    /// The id of the padding token, which is also the position of padding tokens, as in RoBERTa. The other tokens are numbered from the
    /// next position. Null: all tokens are numbered from 0.
    /// </param>
    /// <param name="sinusoidalPositions">Whether new position embeddings are initialized to sines and cosines. Default false.</param>
    /// <param name="dropout">Dropout probability in training.</param>
    /// <param name="epsilon">Epsilon added to the variance in layer normalization.</param>
    public TextEmbeddings(
        int vocabSize, int positions, int types, int width, int? padTokenId, double dropout, double epsilon, int? positionPadding = null,
        bool sinusoidalPositions = false)
        : base(nameof(TextEmbeddings))
    {
        _words = new Embedding(vocabSize, width, padTokenId);
        _positions = new Embedding(positions, width, positionPadding) { IsSinusoidal = sinusoidalPositions };
        if (types > 0) _types = new Embedding(types, width);
        _norm = new LayerNorm(width, epsilon);
        _dropout = new Dropout(dropout);
        _positionPadding = positionPadding;
        // RoBERTa registers the embeddings in this order, which determines the values that a seed gives.
        if (positionPadding is not null)
        {
            register_module("word_embeddings", _words);
            if (_types is not null) register_module("token_type_embeddings", _types);
        }
        RegisterComponents();
    }

    /// <summary>The word embeddings.</summary>
    public Module<Tensor, Tensor> Words => _words;

    /// <summary>Computes the embeddings of a batch.</summary>
    /// <param name="inputs">Token ids or embeddings; optionally token types and positions.</param>
    /// <returns>Float [batch, tokens, width].</returns>
    public override Tensor forward(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var scope = NewDisposeScope();
        var words = inputs.InputsEmbeds ?? _words.call(inputs.InputIds!);
        var sum = _types is null
            ? words
            : words + _types.call(inputs.TokenTypeIds ?? zeros([1, words.shape[1]], ScalarType.Int64, words.device));
        return _dropout.call(_norm.call(sum + _positions.call(inputs.PositionIds ?? Positions(inputs.InputIds, words))))
            .MoveToOuterDisposeScope();
    }

    private Tensor Positions(Tensor? ids, Tensor words)
    {
        var tokens = words.shape[1];
        if (_positionPadding is not { } padding) return arange(tokens, ScalarType.Int64, words.device).unsqueeze(0);
        if (ids is null) return arange(padding + 1, padding + 1 + tokens, ScalarType.Int64, words.device).unsqueeze(0);
        var read = ids.ne(padding).to(ScalarType.Int64);
        return read.cumsum(1) * read + padding;
    }
}
