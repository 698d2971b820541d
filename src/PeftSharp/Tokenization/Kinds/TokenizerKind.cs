namespace PeftSharp.Tokenization;

/// <summary>A tokenizer class of transformers: how it builds its pipeline, and what holds where the files are silent.</summary>
/// <param name="ClassName">transformers' name of the class, without an ending "Fast".</param>
internal sealed record TokenizerKind(string ClassName)
{
    /// <summary>The class that takes tokenizer.json as it is.</summary>
    internal const string AnyClass = "PreTrainedTokenizerFast";

    /// <summary>The columns that the model takes.</summary>
    internal IReadOnlyList<string> ModelInputNames { get; init; } = ["input_ids", "attention_mask"];

    /// <summary>Special tokens by Python's names. Null: the class has none, whatever the padding block of tokenizer.json says.</summary>
    internal IReadOnlyDictionary<string, string?> SpecialTokens { get; init; } = new Dictionary<string, string?>();

    /// <summary>The end at which rows are padded.</summary>
    internal PaddingSide PaddingSide { get; init; }

    /// <summary>The files that hold the vocabulary where there is no tokenizer.json; none: tokenizer.json is required.</summary>
    internal IReadOnlyList<string> VocabularyFiles { get; init; } = [];

    /// <summary>Builds normalizer, pre-tokenizer, model and decoder. Null: those of tokenizer.json.</summary>
    internal Func<TokenizerParts, TokenizerPipeline>? Pipeline { get; init; }

    /// <summary>Builds the post-processor, for which the special tokens have their ids. Null: that of tokenizer.json, else <c>add_bos_token</c> and <c>add_eos_token</c> decide.</summary>
    internal Func<TokenizerParts, TokenizerPipeline, PostProcessor>? PostProcessor { get; init; }

    /// <summary>Reads a tokenizer of this class.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="options">Options of the caller by their names in tokenizer_config.json, which they replace; null: as the file says.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed.</exception>
    internal Tokenizer Load(TokenizerFolder files, params ReadOnlySpan<(string Name, bool? Value)> options)
    {
        var file = files.Has("tokenizer.json") ? TokenizerJsonReader.Read(files.File("tokenizer.json")) : null;
        if (file is null && !HasVocabulary(files))
            throw files.Missing(string.Join(" and ", VocabularyFiles) is { Length: > 0 } vocabulary ? "tokenizer.json, or " + vocabulary : "tokenizer.json");
        if (file is not null)
            files.Remove("add_bos_token", "add_eos_token");      // as in transformers: the post-processor of tokenizer.json decides
        foreach (var (name, value) in options)
            if (value is not null) files.Config[name] = value;
        var parts = new TokenizerParts(this, files, file, new TokenizerConfigReader(files, this, file).Read());
        var pipeline = Pipeline is null ? file! : Pipeline(parts) with { Defaults = file?.Defaults ?? new() };
        AddTokens(pipeline, parts.Config);
        var addsEnds = files.Flag("add_bos_token") is not null || files.Flag("add_eos_token") is not null;
        return new Tokenizer(pipeline with
        {
            PostProcessor = PostProcessor is not null ? PostProcessor(parts, pipeline)
                : file?.PostProcessor is { } ofFile && !addsEnds ? ofFile : TextEnds.Template(parts, pipeline),
        }, parts.Config);
    }

    internal bool HasVocabulary(TokenizerFolder files) => VocabularyFiles.Count > 0 && VocabularyFiles.All(files.Has);

    // Special tokens are found as a whole, even where the files list them only by name.
    private static void AddTokens(TokenizerPipeline pipeline, TokenizerConfig config)
    {
        pipeline.Added.Add(config.AddedTokens);
        pipeline.Added.Add(config.SpecialTokens.Values.Concat(config.ExtraSpecialTokens).Where(token => !pipeline.Added.Ids.ContainsKey(token.Content)).DistinctBy(token => token.Content).ToArray());
    }
}
