namespace PeftSharp.Tokenization;

/// <summary>The post-processor for <c>add_bos_token</c> and <c>add_eos_token</c>, which adds the tokens to each text of a pair.</summary>
internal static class TextEnds
{
    internal static TemplateProcessing Template(TokenizerParts parts, TokenizerPipeline pipeline)
    {
        var tokens = new List<(string, int)>();
        var (bos, eos) = (Token("bos_token"), Token("eos_token"));
        return tokens.Count == 0
            ? TemplateProcessing.Plain
            : TemplateProcessing.Of(Around("$A", 0), $"{Around("$A", 0)} {Around("$B", 1)}", [.. tokens]);

        string Around(string text, int segment) =>
            string.Join(' ', new[] { bos, text, eos }.OfType<string>().Select(piece => $"{piece}:{segment}"));

        string? Token(string name)
        {
            if (!parts.Option("add_" + name, absent: false)) return null;
            if (!parts.Config.SpecialTokens.ContainsKey(name))
                throw new TokenizerException(
                    $"add_{name} requires {name}, but '{parts.Files.File("tokenizer_config.json")}' does not set it. "
                    + $"Set {name} to a token, or set add_{name} to false.");
            var token = parts.Special(name, pipeline);
            tokens.Add(token);
            return token.Token;
        }
    }
}
