using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Learns vocabularies and creates tokenizers with them.</summary>
internal static class TokenizerTraining
{
    /// <exception cref="ArgumentException">The texts contain no words.</exception>
    internal static Tokenizer Train(
        UntrainedTokenizer start, TokenizerTrainer trainer, IEnumerable<string> texts, IProgress<TokenizerTrainProgress>? progress,
        CancellationToken cancellationToken)
    {
        var words = WordCounter.Count(texts, start.Normalizer, start.PreTokenizer, progress, cancellationToken);
        if (words.Count == 0)
            throw new ArgumentException("The texts contain no words, so no vocabulary can be learned.", nameof(texts));
        if (trainer is BpeTrainer { InitialAlphabet.Length: 0 } bpe && IsByteLevel(start.PreTokenizer?.ToJson()))
            trainer = bpe with { InitialAlphabet = new string(ByteAlphabet.Chars) };
        var learned = trainer.Learn(words, progress, cancellationToken);
        var fields = (JsonObject)start.Model.DeepClone();
        fields["type"] = learned.Type;
        foreach (var (name, value) in learned.Fields)
            fields[name] = value?.DeepClone();
        var model = TokenizerComponents.Models.Read(Part(fields));
        var pipeline = new TokenizerPipeline(start.Normalizer, start.PreTokenizer, model, null, start.Decoder);
        pipeline.Added.Add(trainer.SpecialTokens.Select(token => token.Special || learned.Type == "Unigram" ? token : AsSpecial(token)));
        pipeline.Added.Add(start.Config.SpecialTokens.Values.Where(token => !pipeline.Added.Ids.ContainsKey(token.Content))
            .DistinctBy(token => token.Content));
        var post = start.PostProcessor is null
            ? null
            : TokenizerComponents.PostProcessors.Read(Part(WithIds(start.PostProcessor, pipeline)));
        return new Tokenizer(WithPostProcessor(pipeline, post), start.Config);
    }

    internal static AddedToken AsSpecial(AddedToken token) => token with { Special = true };

    private static bool IsByteLevel(JsonNode? preTokenizer) => (string?)preTokenizer?["type"] switch
    {
        "ByteLevel" => true,
        "Sequence" => preTokenizer["pretokenizers"]!.AsArray().Any(IsByteLevel),
        _ => false,
    };

    // A copy of the record shares the added tokens.
    private static TokenizerPipeline WithPostProcessor(TokenizerPipeline pipeline, PostProcessor? post) =>
        pipeline with { PostProcessor = post };

    private static JsonPart Part(JsonNode node) => new(JsonSerializer.SerializeToElement(node), "tokenizer.json", "$");

    /// <summary>Replaces the ids of special tokens in a post-processor.</summary>
    private static JsonObject WithIds(JsonObject post, TokenizerPipeline pipeline)
    {
        var result = (JsonObject)post.DeepClone();
        foreach (var (_, special) in result["special_tokens"] as JsonObject ?? [])
            special!["ids"] = new JsonArray([.. special["tokens"]!.AsArray().Select(token => (JsonNode)IdOf((string)token!, pipeline))]);
        foreach (var name in new[] { "cls", "sep" })
            if (result[name] is JsonArray pair)
                pair[1] = IdOf((string)pair[0]!, pipeline);
        if (result["processors"] is JsonArray parts)
            result["processors"] = new JsonArray([.. parts.Select(part => (JsonNode)WithIds((JsonObject)part!, pipeline))]);
        return result;
    }

    private static int IdOf(string token, TokenizerPipeline pipeline) => pipeline.Added.IdOf(token) ?? throw new ArgumentException(
        $"The post-processor of the tokenizer adds the token '{token}', which is not in the new vocabulary. Add it to the special tokens.");
}
