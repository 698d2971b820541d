namespace PeftSharp.Tokenization;

/// <summary>The components of a tokenizer in the order of processing, as in tokenizer.json.</summary>
/// <param name="Normalizer">Changes the text; null: none.</param>
/// <param name="PreTokenizer">Splits the text into words; null: the whole text is one word.</param>
/// <param name="Model">Converts words to tokens.</param>
/// <param name="PostProcessor">Adds special tokens; null: none.</param>
/// <param name="Decoder">Converts tokens to text; null: joins them with spaces.</param>
internal sealed record TokenizerPipeline(
    Normalizer? Normalizer, PreTokenizer? PreTokenizer, TokenizerModel Model, PostProcessor? PostProcessor, Decoder? Decoder)
{
    /// <summary>
    /// The settings in the padding and truncation blocks of tokenizer.json, used if tokenizer_config.json does not have them.
    /// </summary>
    internal TokenizerDefaults Defaults { get; init; } = new();

    internal AddedVocabulary Added { get; } = new(Model, Normalizer);

    internal TokenRun Tokenize(string text) => TokenRunBuilder.OfThread.Run(text, this);

    internal TokenRun Tokenize(IReadOnlyList<string> words) => TokenRunBuilder.OfThread.Run(words, this);

    /// <summary>Decodes tokens. Ids that are not in the vocabulary are ignored, as in the reference implementation.</summary>
    internal string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        if (Model is BackendModel backend)
            return backend.Decode(skipSpecialTokens ? ids.Where(id => !Added.IsSpecial(id)) : ids, Added);
        var tokens = new List<string>();
        foreach (var id in ids)
            if (Added.TokenOf(id) is { } token && !(skipSpecialTokens && Added.IsSpecial(id)))
                tokens.Add(token);
        return Decoder is null ? string.Join(' ', tokens) : string.Concat(Decoder.Decode(tokens));
    }
}
