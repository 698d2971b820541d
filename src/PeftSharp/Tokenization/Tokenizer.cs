namespace PeftSharp.Tokenization;

/// <summary>
/// Converts texts to tokens and tokens to texts, with the same results as Hugging Face's fast tokenizers. Corresponds to
/// <c>PreTrainedTokenizerFast</c> in transformers.
/// </summary>
/// <remarks>
/// <para>Load a tokenizer with <c>AutoTokenizer.FromPretrained</c>, or with a specific class, such as <see cref="BertTokenizer"/> or
/// <see cref="Gpt2Tokenizer"/>.</para>
/// <code>
/// var tokenizer = AutoTokenizer.FromPretrained("bert-base-uncased");
/// var batch = tokenizer.Encode(texts, truncation: true, padding: PaddingStrategy.MaxLength, maxLength: 128);
/// int[][] ids = batch.InputIds;
/// </code>
/// <para>Text is Unicode. An unpaired UTF-16 surrogate is not a character; in a text, it is read as U+FFFD, also when a vocabulary is
/// learned. Python raises a <c>UnicodeEncodeError</c>. An added token must not contain an unpaired surrogate.</para>
/// <para>Thread safety: encoding and decoding can run on several threads at once; adding tokens and setting properties require exclusive
/// access.</para>
/// </remarks>
public sealed partial class Tokenizer
{
    private readonly TokenizerPipeline _pipeline;
    private readonly TokenizerConfig _config;

    internal Tokenizer(TokenizerPipeline pipeline, TokenizerConfig config)
    {
        (_pipeline, _config) = (pipeline, config);
        (ModelInputNames, ModelMaxLength) = (config.ModelInputNames, config.ModelMaxLength);
        (PaddingSide, TruncationSide) = (config.PaddingSide, config.TruncationSide);
    }

    /// <summary>The columns that the model expects, such as <c>input_ids</c>, <c>token_type_ids</c>, <c>attention_mask</c>.</summary>
    public IReadOnlyList<string> ModelInputNames { get; set; }

    /// <summary>The maximum number of tokens that the model accepts, including special tokens; null if no limit is known.</summary>
    public int? ModelMaxLength { get; set; }

    /// <summary>
    /// The side on which rows are padded. Default: as in the tokenizer's files or in <see cref="TokenizerBackendOptions"/>, otherwise the
    /// side of the class in transformers, which is left for Llama and Gemma, and right for the other classes.
    /// </summary>
    public PaddingSide PaddingSide { get; set; }

    /// <summary>
    /// The side on which tokens are truncated. Default: as in the tokenizer's files or in <see cref="TokenizerBackendOptions"/>, otherwise
    /// right.
    /// </summary>
    public TruncationSide TruncationSide { get; set; }

    /// <summary>
    /// The size of the base vocabulary, without tokens that were added to it: <c>vocab_size</c> in Python. <see cref="Count"/> includes the
    /// added tokens.
    /// </summary>
    public int VocabSize => _pipeline.Model.Size;

    /// <summary>The size of the whole vocabulary, including added tokens: <c>len(tokenizer)</c> in Python.</summary>
    public int Count => _pipeline.Added.Count;

    /// <summary>
    /// Whether a prefix marks the tokens that continue a word (<c>##</c> in WordPiece), so that all other tokens begin a word.
    /// </summary>
    internal bool MarksContinuations => _pipeline.Model switch
    {
        WordPiece model => model.Prefix.Length > 0,
        BytePairEncoding model => model.Options.ContinuingSubwordPrefix is { Length: > 0 },
        _ => false,
    };

    /// <summary>Returns the whole vocabulary, including added tokens: ids by token.</summary>
    public IReadOnlyDictionary<string, int> GetVocab()
    {
        var vocabulary = new Dictionary<string, int>(_pipeline.Model.Vocabulary, StringComparer.Ordinal);
        foreach (var (token, id) in _pipeline.Added.Ids)
            vocabulary[token] = id;
        return vocabulary;
    }

    /// <summary>The tokens that are matched as a whole, by id: <c>added_tokens_decoder</c> in Python.</summary>
    public IReadOnlyDictionary<int, AddedToken> AddedTokensDecoder => _pipeline.Added.Tokens;

    /// <summary>Returns the id of a token, or the id of the unknown token if the token is not in the vocabulary.</summary>
    /// <exception cref="TokenizerException">The token is not in the vocabulary and the tokenizer has no unknown token.</exception>
    public int ConvertTokensToIds(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _pipeline.Added.IdOf(token) ?? UnkTokenId
            ?? throw new TokenizerException(
                $"'{token}' is not in the vocabulary ({Count} tokens) and the tokenizer has no unknown token. "
                + "Add the token with AddTokens, or set UnkToken.");
    }

    /// <summary>Returns the ids of several tokens. A token that is not in the vocabulary has the id of the unknown token.</summary>
    /// <exception cref="TokenizerException">A token is not in the vocabulary and the tokenizer has no unknown token.</exception>
    public int[] ConvertTokensToIds(IReadOnlyList<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return [.. tokens.Select(ConvertTokensToIds)];
    }

    /// <summary>Returns the token of an id, or null if no token has that id.</summary>
    public string? ConvertIdsToTokens(int id) => _pipeline.Added.TokenOf(id);

    /// <summary>Returns the tokens of several ids; null for an id that no token has.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether to omit special tokens. Default false.</param>
    public IReadOnlyList<string?> ConvertIdsToTokens(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var skipped = skipSpecialTokens ? AllSpecialIds.ToHashSet() : [];
        return [.. ids.Where(id => !skipped.Contains(id)).Select(ConvertIdsToTokens)];
    }

    /// <summary>Splits a text into tokens, by default without special tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="textPair">The second text of a pair. Default null: a single text.</param>
    /// <param name="addSpecialTokens">Whether to add the special tokens of the model. Default false.</param>
    public IReadOnlyList<string> Tokenize(string text, string? textPair = null, bool addSpecialTokens = false) =>
        Encode(text, textPair, addSpecialTokens).Tokens;

    /// <summary>Returns the number of special tokens that are added to a single text or a pair.</summary>
    /// <param name="pair">Whether to return the number for a pair of texts. Default false: the number for a single text.</param>
    public int NumSpecialTokensToAdd(bool pair = false) => _pipeline.PostProcessor?.Template?.AddedTokens(pair) ?? 0;
}
