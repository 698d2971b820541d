using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>The components and settings of a tokenizer whose vocabulary has not been learned yet.</summary>
/// <param name="Normalizer">Changes the text; null: none.</param>
/// <param name="PreTokenizer">Splits the text into words; null: the whole text is one word.</param>
/// <param name="Model">The model in tokenizer.json, whose vocabulary is replaced.</param>
/// <param name="PostProcessor">The post-processor in tokenizer.json, whose ids are replaced; null: none.</param>
/// <param name="Decoder">Converts tokens to text; null: joins them with spaces.</param>
/// <param name="Config">The special tokens and other settings.</param>
internal sealed record UntrainedTokenizer(
    Normalizer? Normalizer, PreTokenizer? PreTokenizer, JsonObject Model, JsonObject? PostProcessor, Decoder? Decoder,
    TokenizerConfig Config)
{
    /// <summary>Returns the settings of a tokenizer class, with its special tokens.</summary>
    /// <param name="kind">The class.</param>
    /// <param name="source">Fields of tokenizer_config.json from which the class builds its pipeline. Null: none.</param>
    internal static TokenizerConfig ConfigOf(TokenizerKind kind, JsonObject? source = null) => new()
    {
        Source = source ?? [],
        TokenizerClass = kind.ClassName,
        ModelInputNames = kind.ModelInputNames,
        PaddingSide = kind.PaddingSide,
        SpecialTokens = kind.SpecialTokens.Where(token => token.Value is not null).ToDictionary(
            token => token.Key, token => new AddedToken(token.Value!) { Special = true }, StringComparer.Ordinal),
    };
}
