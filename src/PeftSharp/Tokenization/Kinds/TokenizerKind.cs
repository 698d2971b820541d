namespace PeftSharp.Tokenization;

/// <summary>A tokenizer class of transformers: how its pipeline is built, and its default settings.</summary>
/// <param name="ClassName">The name of the class in transformers, without the suffix "Fast".</param>
internal sealed record TokenizerKind(string ClassName)
{
    /// <summary>The class whose pipeline is read from tokenizer.json.</summary>
    internal const string AnyClass = "PreTrainedTokenizerFast";

    /// <summary>The columns that the model expects.</summary>
    internal IReadOnlyList<string> ModelInputNames { get; init; } = ["input_ids", "attention_mask"];

    /// <summary>
    /// The default special tokens by their names in transformers. A null value means that there is no such token, even if the padding block
    /// of tokenizer.json has a padding token.
    /// </summary>
    internal IReadOnlyDictionary<string, string?> SpecialTokens { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// Returns the additional special tokens, given the special tokens of a SentencePiece model. It is called if the configuration lists no
    /// additional special tokens.
    /// </summary>
    internal Func<TokenizerFolder, IEnumerable<AddedToken>, IEnumerable<AddedToken>> ExtraSpecialTokens { get; init; } =
        (_, tokens) => tokens;

    /// <summary>The model types in transformers that use this class, for families that the library does not have.</summary>
    internal IReadOnlyList<string> ModelTypes { get; init; } = [];

    /// <summary>The side on which rows are padded.</summary>
    internal PaddingSide PaddingSide { get; init; }

    /// <summary>The files with the vocabulary if there is no tokenizer.json. Empty: tokenizer.json is required.</summary>
    internal IReadOnlyList<string> VocabularyFiles { get; init; } = [];

    /// <summary>
    /// The file with the SentencePiece model if there is no tokenizer.json. Null: <c>tokenizer.model</c>, which every class can have.
    /// </summary>
    internal string? SentencePieceFile { get; init; }

    /// <summary>Converts the pieces of a SentencePiece model to the pieces of the class. Null: the pieces are the same.</summary>
    internal Func<IReadOnlyList<ScoredPiece>, TokenizerParts, IEnumerable<ScoredPiece>>? ConvertPieces { get; init; }

    /// <summary>Builds the normalizer, pre-tokenizer, model and decoder. Null: they are read from tokenizer.json.</summary>
    internal Func<TokenizerParts, TokenizerPipeline>? Pipeline { get; init; }

    /// <summary>
    /// Builds the post-processor after the special tokens have ids. Null: the post-processor of tokenizer.json or, without that file, a
    /// post-processor for <c>add_bos_token</c> and <c>add_eos_token</c>.
    /// </summary>
    internal Func<TokenizerParts, TokenizerPipeline, PostProcessor>? PostProcessor { get; init; }

    /// <summary>Loads a tokenizer of this class.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="options">
    /// Options of the caller by their names in tokenizer_config.json. A value overrides the value in the file; a null value does not.
    /// </param>
    /// <exception cref="TokenizerException">A file is missing or malformed.</exception>
    internal Tokenizer Load(TokenizerFolder files, params ReadOnlySpan<(string Name, bool? Value)> options)
    {
        var file = files.Has("tokenizer.json") ? TokenizerJsonReader.Read(files.File("tokenizer.json")) : null;
        var source = file is null && !HasVocabularyFiles(files) ? VocabularySource.Read(files, SentencePieceFile) : null;
        if (file is null && source is null && !HasVocabularyFiles(files))
            throw files.Missing("tokenizer.json, or " + ExpectedVocabulary);
        var kind = source is not null && Pipeline is null ? SentencePiecePipeline.WithoutClass(this, source) : this;
        return kind.Load(files, file, source, options);
    }

    /// <summary>Whether the folder has the vocabulary files of the class.</summary>
    internal bool HasVocabularyFiles(TokenizerFolder files) => VocabularyFiles.Count > 0 && VocabularyFiles.All(files.Has);

    /// <summary>The names of the files with the vocabulary besides tokenizer.json.</summary>
    internal string ExpectedVocabulary =>
        VocabularyFiles.Count > 0 ? string.Join(" and ", VocabularyFiles) : SentencePieceFile ?? "tokenizer.model";

    private Tokenizer Load(
        TokenizerFolder files, TokenizerPipeline? file, VocabularySource? source, ReadOnlySpan<(string Name, bool? Value)> options)
    {
        if (file is not null)
            files.Remove("add_bos_token", "add_eos_token");      // as in transformers, the post-processor of tokenizer.json has precedence
        foreach (var (name, value) in options)
            if (value is not null) files.Config[name] = value;
        if (source?.Model is { IsUnigram: true } model)
            files.Config["unk_id"] = model.UnkId;        // some classes save unk_id as a setting
        var parts = new TokenizerParts(
            this, files, file, new TokenizerConfigReader(files, this, file, source).Read())
        { Source = source };
        var pipeline = Pipeline is null ? file! : Pipeline(parts) with { Defaults = file?.Defaults ?? new() };
        AddTokens(pipeline, parts.Config);
        var addsEnds = files.Flag("add_bos_token") is not null || files.Flag("add_eos_token") is not null;
        return new Tokenizer(pipeline with
        {
            PostProcessor = PostProcessor is not null ? PostProcessor(parts, pipeline)
                : file?.PostProcessor is { } ofFile && !addsEnds ? ofFile : TextEnds.Template(parts, pipeline),
        }, parts.Config);
    }

    // Special tokens are matched as a whole, even if the files contain only their text and no entry in added_tokens.
    private static void AddTokens(TokenizerPipeline pipeline, TokenizerConfig config)
    {
        pipeline.Added.Add(config.AddedTokens);
        pipeline.Added.Add(config.SpecialTokens.Values.Concat(config.ExtraSpecialTokens)
            .Where(token => !pipeline.Added.Ids.ContainsKey(token.Content))
            .DistinctBy(token => token.Content)
            .ToArray());
    }
}
