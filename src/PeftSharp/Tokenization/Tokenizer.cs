namespace PeftSharp.Tokenization;

/// <summary>Turns texts into tokens and back, exactly as Hugging Face's fast tokenizers do; transformers' <c>PreTrainedTokenizerFast</c>.</summary>
/// <remarks>
/// <para>Loaded by <c>AutoTokenizer.FromPretrained</c>, or by the class of its kind, such as <see cref="BertTokenizer"/> or <see cref="Gpt2Tokenizer"/>.</para>
/// <code>
/// var tokenizer = AutoTokenizer.FromPretrained("bert-base-uncased");
/// var batch = tokenizer.Encode(texts, truncation: true, padding: PaddingStrategy.MaxLength, maxLength: 128);
/// int[][] ids = batch.InputIds;
/// </code>
/// <para>Thread safety: encoding and decoding can run on several threads at once; adding tokens and setting properties need exclusive use.</para>
/// </remarks>
public sealed partial class Tokenizer
{
    private readonly TokenizerPipeline _pipeline;
    private readonly TokenizerConfig _config;

    internal Tokenizer(TokenizerPipeline pipeline, TokenizerConfig config)
    {
        (_pipeline, _config) = (pipeline, config);
        (ModelInputNames, ModelMaxLength, PaddingSide, TruncationSide) = (config.ModelInputNames, config.ModelMaxLength, config.PaddingSide, config.TruncationSide);
    }

    /// <summary>The columns that the model takes, such as <c>input_ids</c>, <c>token_type_ids</c>, <c>attention_mask</c>.</summary>
    public IReadOnlyList<string> ModelInputNames { get; set; }

    /// <summary>The most tokens that the model takes, special ones included; null: no limit is known.</summary>
    public int? ModelMaxLength { get; set; }

    /// <summary>The end at which rows are padded. Default right.</summary>
    public PaddingSide PaddingSide { get; set; }

    /// <summary>The end at which tokens are cut off. Default right.</summary>
    public TruncationSide TruncationSide { get; set; }

    /// <summary>Size of the model's own vocabulary: <c>vocab_size</c> in Python, without added tokens that are not in it.</summary>
    public int VocabSize => _pipeline.Model.Vocabulary.Count;

    /// <summary>Size of the whole vocabulary: <c>len(tokenizer)</c> in Python.</summary>
    public int Count => _pipeline.Added.Count;

    /// <summary>Whether tokens that continue a word are marked by a prefix (WordPiece's <c>##</c>), so that a token itself says whether it begins a word.</summary>
    internal bool MarksContinuations => _pipeline.Model switch
    {
        WordPiece model => model.Prefix.Length > 0,
        BytePairEncoding model => model.Options.ContinuingSubwordPrefix is { Length: > 0 },
        _ => false,
    };

    /// <summary>The whole vocabulary, tokens to ids.</summary>
    public IReadOnlyDictionary<string, int> GetVocab()
    {
        var vocabulary = new Dictionary<string, int>(_pipeline.Model.Vocabulary, StringComparer.Ordinal);
        foreach (var (token, id) in _pipeline.Added.Ids)
            vocabulary[token] = id;
        return vocabulary;
    }

    /// <summary>The tokens that were added to the model's vocabulary or are found as a whole, by id: <c>added_tokens_decoder</c> in Python.</summary>
    public IReadOnlyDictionary<int, AddedToken> AddedTokensDecoder => _pipeline.Added.Tokens;

    /// <summary>The id of a token; of one that no vocabulary has, that of the unknown token.</summary>
    /// <exception cref="TokenizerException">The token is unknown and so is the unknown token.</exception>
    public int ConvertTokensToIds(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _pipeline.Added.IdOf(token) ?? UnkTokenId
            ?? throw new TokenizerException($"'{token}' is not in the vocabulary ({Count} tokens) and the tokenizer has no unknown token to stand for it.");
    }

    /// <summary>The ids of tokens, as the overload for one.</summary>
    public int[] ConvertTokensToIds(IReadOnlyList<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return [.. tokens.Select(ConvertTokensToIds)];
    }

    /// <summary>The token of an id; null where no token has it.</summary>
    public string? ConvertIdsToTokens(int id) => _pipeline.Added.TokenOf(id);

    /// <summary>The tokens of ids; null where no token has one.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public IReadOnlyList<string?> ConvertIdsToTokens(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var skipped = skipSpecialTokens ? AllSpecialIds.ToHashSet() : [];
        return [.. ids.Where(id => !skipped.Contains(id)).Select(ConvertIdsToTokens)];
    }

    /// <summary>The tokens of a text, without special ones unless asked for.</summary>
    public IReadOnlyList<string> Tokenize(string text, string? textPair = null, bool addSpecialTokens = false) => Encode(text, textPair, addSpecialTokens).Tokens;

    /// <summary>How many special tokens a text or a pair gets.</summary>
    public int NumSpecialTokensToAdd(bool pair = false) => _pipeline.PostProcessor?.Template?.AddedTokens(pair) ?? 0;
}
