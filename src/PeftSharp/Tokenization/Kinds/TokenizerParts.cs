namespace PeftSharp.Tokenization;

/// <summary>What a tokenizer class builds its pipeline from.</summary>
/// <param name="Kind">The class.</param>
/// <param name="Files">The folder.</param>
/// <param name="File">The pipeline in tokenizer.json; null without the file.</param>
/// <param name="Config">The special tokens and what else the configuration says.</param>
internal sealed record TokenizerParts(TokenizerKind Kind, TokenizerFolder Files, TokenizerPipeline? File, TokenizerConfig Config)
{
    /// <summary>An option of tokenizer_config.json or of the caller.</summary>
    internal bool Option(string name, bool absent) => Files.Flag(name) ?? absent;

    /// <summary>The vocabulary of a WordPiece model, in tokenizer.json or vocab.txt.</summary>
    internal IReadOnlyDictionary<string, int> WordPieces() => File is null ? VocabularyFiles.ReadWordPieces(Files.File("vocab.txt")) : Model<WordPiece>("WordPiece").Vocabulary;

    /// <summary>A byte-pair model with the options of the class, from tokenizer.json or from vocab.json and merges.txt.</summary>
    internal BytePairEncoding BytePairs(BytePairOptions options)
    {
        if (File is null)
            return new BytePairEncoding(VocabularyFiles.ReadBytePairs(Files.File("vocab.json")), VocabularyFiles.ReadMerges(Files.File("merges.txt")), options);
        var model = Model<BytePairEncoding>("BPE");
        return model.Options == options ? model : new BytePairEncoding(model.Vocabulary, model.Merges, options);
    }

    /// <summary>A special token and its id, once the tokens of the configuration are in the vocabulary.</summary>
    internal (string Token, int Id) Special(string name, TokenizerPipeline pipeline) => Config.SpecialTokens.TryGetValue(name, out var token) && pipeline.Added.IdOf(token.Content) is { } id
        ? (token.Content, id)
        : throw new TokenizerException($"{Kind.ClassName} puts the {name} around texts, but '{Files.File("tokenizer_config.json")}' sets it to null. Name a token there, or remove the field for the default ({Kind.SpecialTokens.GetValueOrDefault(name) ?? "none"}).");

    private T Model<T>(string name) where T : TokenizerModel => File!.Model as T
        ?? throw new TokenizerException($"'{Files.File("tokenizer.json")}' has the model {File.Model.ToJson()["type"]}, but its class {Kind.ClassName} needs {name}. Set tokenizer_class in tokenizer_config.json to PreTrainedTokenizerFast to read tokenizer.json as it is.");
}
