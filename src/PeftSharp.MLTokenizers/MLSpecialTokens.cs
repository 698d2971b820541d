using Microsoft.ML.Tokenizers;
using PeftSharp.Tokenization;

namespace PeftSharp.MLTokenizers;

/// <summary>Reads the special tokens and options of tokenizers of Microsoft.ML.Tokenizers.</summary>
internal static class MLSpecialTokens
{
    private const string EndOfText = "<|endoftext|>";

    internal static TokenizerBackendOptions OptionsOf(Microsoft.ML.Tokenizers.Tokenizer tokenizer) => tokenizer switch
    {
        Microsoft.ML.Tokenizers.BertTokenizer bert => OfBert(bert),
        WordPieceTokenizer pieces => Of(pieces.SpecialTokens, ("unk_token", pieces.UnknownToken)),
        SentencePieceTokenizer pieces => WithEnds(
            Of(pieces.SpecialTokens, ("bos_token", Existing(pieces.BeginningOfSentenceToken, pieces.BeginningOfSentenceId)),
                ("eos_token", Existing(pieces.EndOfSentenceToken, pieces.EndOfSentenceId)),
                ("unk_token", Existing(pieces.UnknownToken, pieces.UnknownId))),
            pieces.AddBeginningOfSentence, pieces.AddEndOfSentence),
        CodeGenTokenizer pairs => WithEnds(
            Of(pairs.SpecialTokens, ("bos_token", pairs.BeginningOfSentenceToken), ("eos_token", pairs.EndOfSentenceToken),
                ("unk_token", pairs.UnknownToken)),
            pairs.AddBeginningOfSentence, pairs.AddEndOfSentence),
        BpeTokenizer pairs => WithEnds(
            Of(pairs.SpecialTokens, ("bos_token", pairs.BeginningOfSentenceToken), ("eos_token", EndOf(pairs)),
                ("unk_token", pairs.UnknownToken)),
            addBos: true, addEos: true),
        TiktokenTokenizer { SpecialTokens: { } special } when special.ContainsKey(EndOfText) =>
            Of(special, ("bos_token", EndOfText), ("eos_token", EndOfText)),
        TiktokenTokenizer tiktoken => Of(tiktoken.SpecialTokens),
        _ => new TokenizerBackendOptions(),
    };

    /// <summary>
    /// Returns the token that a BPE tokenizer appends to every text. Null: there is none. The tokenizer has no property for this token, but
    /// this is the only token with an empty range at the end.
    /// </summary>
    internal static string? EndOf(BpeTokenizer tokenizer)
    {
        const string Text = "a";
        return tokenizer.EncodeToTokens(Text, out _) is [.., { Offset: { Start.Value: 1, End.Value: 1 } } last] ? last.Value : null;
    }

    private static TokenizerBackendOptions OfBert(Microsoft.ML.Tokenizers.BertTokenizer bert)
    {
        var (cls, sep) = (bert.ClassificationToken, bert.SeparatorToken);
        return Of(bert.SpecialTokens, ("unk_token", bert.UnknownToken), ("sep_token", sep), ("pad_token", bert.PaddingToken),
            ("cls_token", cls), ("mask_token", bert.MaskingToken)) with
        {
            SingleTemplate = $"{cls} $A {sep}",
            PairTemplate = $"{cls} $A {sep} $B:1 {sep}:1",
            ModelInputNames = ["input_ids", "token_type_ids", "attention_mask"],
        };
    }

    private static TokenizerBackendOptions Of(
        IReadOnlyDictionary<string, int>? special, params ReadOnlySpan<(string Name, string? Token)> named)
    {
        var tokens = new Dictionary<string, string>();
        foreach (var (name, token) in named)
            if (!string.IsNullOrEmpty(token))
                tokens[name] = token;
        return new TokenizerBackendOptions
        {
            SpecialTokens = tokens, ExtraSpecialTokens = [.. (special?.Keys ?? []).Except(tokens.Values)],
        };
    }

    private static TokenizerBackendOptions WithEnds(TokenizerBackendOptions options, bool addBos, bool addEos)
    {
        var bos = addBos ? options.SpecialTokens.GetValueOrDefault("bos_token") : null;
        var eos = addEos ? options.SpecialTokens.GetValueOrDefault("eos_token") : null;
        return options with { SingleTemplate = string.Join(' ', new[] { bos, "$A", eos }.OfType<string>()) };
    }

    // A SentencePiece model names its special tokens even if its vocabulary does not contain them; the id is then negative.
    private static string? Existing(string token, int id) => id >= 0 ? token : null;
}
