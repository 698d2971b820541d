namespace PeftSharp.Tokenization;

/// <summary>The parts of a tokenizer in the order in which a text passes them, as tokenizer.json lists them.</summary>
/// <param name="Normalizer">Rewrites the text; null: leaves it.</param>
/// <param name="PreTokenizer">Splits it into words; null: takes it as one.</param>
/// <param name="Model">Turns words into tokens.</param>
/// <param name="PostProcessor">Adds special tokens; null: none.</param>
/// <param name="Decoder">Turns tokens into text; null: joins them with blanks.</param>
internal sealed record TokenizerPipeline(Normalizer? Normalizer, PreTokenizer? PreTokenizer, TokenizerModel Model, PostProcessor? PostProcessor, Decoder? Decoder)
{
    /// <summary>What the padding and truncation blocks of tokenizer.json say, which holds where tokenizer_config.json is silent.</summary>
    internal TokenizerDefaults Defaults { get; init; } = new();

    internal AddedVocabulary Added { get; } = new(Model, Normalizer);

    internal TokenRun Tokenize(string text) => TokenRunBuilder.OfThread.Run(text, this);

    internal TokenRun Tokenize(IReadOnlyList<string> words) => TokenRunBuilder.OfThread.Run(words, this);

    /// <summary>The text of tokens; ids that no token has are passed over, as in the reference.</summary>
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
