namespace PeftSharp.Tokenization;

/// <summary>The inputs from which a tokenizer class builds its pipeline.</summary>
/// <param name="Kind">The class.</param>
/// <param name="Files">The folder.</param>
/// <param name="File">The pipeline in tokenizer.json; null if there is no such file.</param>
/// <param name="Config">The special tokens and other settings.</param>
internal sealed record TokenizerParts(TokenizerKind Kind, TokenizerFolder Files, TokenizerPipeline? File, TokenizerConfig Config)
{
    /// <summary>The vocabulary of SentencePiece or tiktoken, if there is no tokenizer.json.</summary>
    internal VocabularySource? Source { get; init; }

    /// <summary>Returns an option of the caller or of tokenizer_config.json.</summary>
    internal bool Option(string name, bool absent) => Files.Flag(name) ?? absent;

    /// <summary>Reads the vocabulary of a WordPiece model from tokenizer.json or vocab.txt.</summary>
    internal IReadOnlyDictionary<string, int> WordPieces() =>
        File is not null ? Model<WordPiece>("WordPiece").Vocabulary
            : Files.Has("vocab.txt") ? VocabularyFiles.ReadWordPieces(Files.File("vocab.txt"))
            : throw Files.Missing("tokenizer.json, or vocab.txt");

    /// <summary>Creates a byte-pair model with the options of the class, from tokenizer.json or from another vocabulary.</summary>
    /// <exception cref="TokenizerException">The vocabulary is byte-level and the class is not, or the reverse.</exception>
    internal BytePairEncoding BytePairs(BytePairOptions options)
    {
        if (IsByteLevel is { } isByteLevel && isByteLevel == options.ByteFallback)
            throw new TokenizerException($"The vocabulary in '{Source?.Path ?? Files.File("tokenizer.json")}' is "
                + $"{(isByteLevel ? "byte-level" : "from SentencePiece")}, but {Kind.ClassName} requires "
                + $"{(isByteLevel ? "one from SentencePiece" : "a byte-level one")}. Load the tokenizer with AutoTokenizer.FromPretrained, "
                + "or correct tokenizer_class in tokenizer_config.json.");
        if (Source?.Tiktoken is { } ranks)
            return new BytePairEncoding(ranks.Vocabulary, ranks.Merges, options with { IgnoreMerges = true });
        if (Source?.Model is { } pieces)
            return new BytePairEncoding(pieces.Vocabulary(), SentencePieceMerges.Of(pieces.Vocabulary()), options);
        if (File is null)
            return new BytePairEncoding(
                VocabularyFiles.ReadBytePairs(Files.File("vocab.json")), VocabularyFiles.ReadMerges(Files.File("merges.txt")), options);
        var model = Model<BytePairEncoding>("BPE");
        return model.Options == options ? model : new BytePairEncoding(model.Vocabulary, model.Merges, options);
    }

    /// <summary>
    /// Whether the vocabulary is byte-level (GPT-2) instead of one with characters and byte tokens (SentencePiece). Null: the files do not
    /// determine it.
    /// </summary>
    private bool? IsByteLevel => (Files.HasByteLevelVocabulary, HasByteTokens) switch
    {
        (true, false) => true,
        (false, true) => false,
        _ => null,
    };

    private bool HasByteTokens => Source?.Model?.ByteFallback ?? (File?.Model as BytePairEncoding)?.Options.ByteFallback ?? false;

    /// <summary>Creates a unigram model with the unknown token of the class, from tokenizer.json or from a SentencePiece model.</summary>
    /// <param name="unknown">Returns the id of the unknown token.</param>
    internal Unigram Unigram(Func<IReadOnlyList<ScoredPiece>, int> unknown)
    {
        if (Source is not null)
        {
            var pieces = Source.RequireModel(Kind.ClassName).Pieces;
            ScoredPiece[] converted = [.. Kind.ConvertPieces is null ? pieces : Kind.ConvertPieces(pieces, this)];
            return new Unigram(converted, unknown(converted), byteFallback: false);
        }
        var model = Model<Unigram>("Unigram");
        var id = unknown(model.Pieces);
        return model.UnkId == id && !model.ByteFallback ? model : new Unigram(model.Pieces, id, byteFallback: false);
    }

    /// <summary>
    /// Returns the normalization map of the SentencePiece model, or the first one in the normalizer of tokenizer.json; null if there is
    /// none.
    /// </summary>
    internal Precompiled? NormalizationMap()
    {
        if (Source is not null)
            return Source.RequireModel(Kind.ClassName).NormalizationMap;
        return File!.Normalizer as Precompiled ?? (File.Normalizer as NormalizerSequence)?.Items.OfType<Precompiled>().FirstOrDefault();
    }

    /// <summary>Returns a special token and its id. The tokens of the configuration must already be in the vocabulary.</summary>
    internal (string Token, int Id) Special(string name, TokenizerPipeline pipeline) =>
        Config.SpecialTokens.TryGetValue(name, out var token) && pipeline.Added.IdOf(token.Content) is { } id
            ? (token.Content, id)
            : throw new TokenizerException(
                $"{Kind.ClassName} requires {name}, but '{Files.File("tokenizer_config.json")}' sets it to null. "
                + $"Set it to a token, or remove the field to use the default ({Kind.SpecialTokens.GetValueOrDefault(name) ?? "none"}).");

    private T Model<T>(string name) where T : TokenizerModel => File!.Model as T
        ?? throw new TokenizerException(
            $"'{Files.File("tokenizer.json")}' has the model {File.Model.ToJson()["type"]}, but {Kind.ClassName} requires {name}. "
            + "To use the pipeline in tokenizer.json, set tokenizer_class in tokenizer_config.json to PreTrainedTokenizerFast.");
}
