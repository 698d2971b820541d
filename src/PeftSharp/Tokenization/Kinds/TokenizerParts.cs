namespace PeftSharp.Tokenization;

/// <summary>The inputs from which a tokenizer class builds its pipeline.</summary>
/// <param name="Kind">The class.</param>
/// <param name="Files">The folder.</param>
/// <param name="File">The pipeline in tokenizer.json; null if there is no such file.</param>
/// <param name="Config">The special tokens and other settings.</param>
internal sealed record TokenizerParts(TokenizerKind Kind, TokenizerFolder Files, TokenizerPipeline? File, TokenizerConfig Config)
{
    /// <summary>Returns an option of the caller or of tokenizer_config.json.</summary>
    internal bool Option(string name, bool absent) => Files.Flag(name) ?? absent;

    /// <summary>Reads the vocabulary of a WordPiece model from tokenizer.json or vocab.txt.</summary>
    internal IReadOnlyDictionary<string, int> WordPieces() =>
        File is null ? VocabularyFiles.ReadWordPieces(Files.File("vocab.txt")) : Model<WordPiece>("WordPiece").Vocabulary;

    /// <summary>Creates a byte-pair model with the options of the class, from tokenizer.json or from vocab.json and merges.txt.</summary>
    internal BytePairEncoding BytePairs(BytePairOptions options)
    {
        if (File is null)
            return new BytePairEncoding(
                VocabularyFiles.ReadBytePairs(Files.File("vocab.json")), VocabularyFiles.ReadMerges(Files.File("merges.txt")), options);
        var model = Model<BytePairEncoding>("BPE");
        return model.Options == options ? model : new BytePairEncoding(model.Vocabulary, model.Merges, options);
    }

    /// <summary>Creates a unigram model with the unknown token of the class, from tokenizer.json.</summary>
    /// <param name="unknown">Returns the id of the unknown token.</param>
    internal Unigram Unigram(Func<IReadOnlyList<ScoredPiece>, int> unknown)
    {
        var model = Model<Unigram>("Unigram");
        var id = unknown(model.Pieces);
        return model.UnkId == id && !model.ByteFallback ? model : new Unigram(model.Pieces, id, byteFallback: false);
    }

    /// <summary>Returns the first normalization map of SentencePiece in the normalizer of tokenizer.json; null if there is none.</summary>
    internal Precompiled? NormalizationMap() => File!.Normalizer switch
    {
        Precompiled map => map,
        NormalizerSequence sequence => sequence.Items.OfType<Precompiled>().FirstOrDefault(),
        _ => null,
    };

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
