using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;

namespace PeftSharp.Tuners.PromptTuning;

/// <summary>Trained embeddings of virtual tokens (peft's <c>PromptEmbedding</c>).</summary>
internal sealed class PromptEmbedding : PromptAdapter
{
    private readonly Table _table;

    internal PromptEmbedding(LayerTarget embeddings, PromptTuningConfig config, bool isNew)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        TokenCount = config.NumVirtualTokens;
        var table = new Table(TokenCount, config.TokenDim!.Value);
        init.normal_(table.Weight);                       // drawn for every initialization, as in peft
        if (isNew && Ids(embeddings, config) is { } ids)
            table.Weight.copy_(embeddings.Layer.call(ids.to(embeddings.Layer.parameters().First().device)));
        _table = AddModule("prompt_encoder", embeddings.MoveToLayer(table));
    }

    public override int TokenCount { get; }

    public override Tensor SavedEmbeddings => _table.Weight;

    public override Tensor Embeddings() => _table.Weight;

    /// <summary>The tokens whose embeddings initialize the virtual tokens, int64 [tokens]; null for random initialization.</summary>
    private Tensor? Ids(LayerTarget embeddings, PromptTuningConfig config) => config.PromptTuningInit switch
    {
        PromptTuningInit.SampleVocab => randint(0, embeddings.Layer.parameters().First().shape[0], [TokenCount], ScalarType.Int64),
        PromptTuningInit.Text => tensor(TextIds(config, embeddings.Layer.parameters().First().shape[0])),
        _ => null,
    };

    private long[] TextIds(PromptTuningConfig config, long rows)
    {
        var tokenizer = config.Tokenizer ?? throw new ArgumentException("PromptTuningInit is Text, which requires a tokenizer. "
            + "Set Tokenizer to the tokenizer of the base model (AutoTokenizer.FromPretrained).");
        var ids = tokenizer.Encode(config.PromptTuningInitText!).Ids;
        if (ids.Any(id => id >= rows))
            throw new ArgumentException($"PromptTuningInitText '{config.PromptTuningInitText}' contains the token id {ids.Max()}, "
                + $"but the model's embeddings have {rows} rows. Set Tokenizer to the tokenizer of the base model.");
        return ids.Length == 0 ? throw new ArgumentException($"PromptTuningInitText '{config.PromptTuningInitText}' has no tokens. "
            + "Use another text, or set PromptTuningInit to Random.")
            : [.. Enumerable.Range(0, TokenCount).Select(index => (long)ids[index % ids.Length])];
    }

    /// <summary>The module with the parameter <c>embedding.weight</c>.</summary>
    private sealed class Table : Module
    {
        [ComponentName(Name = "embedding")] private readonly Embedding _embedding;

        internal Table(int tokens, int width) : base(nameof(PromptEmbedding))
        {
            _embedding = new Embedding(tokens, width);
            RegisterComponents();
        }

        internal TorchSharp.Modules.Parameter Weight => _embedding.Weight;
    }
}
