namespace PeftSharp.Tokenization;

/// <summary>Creates the pipelines for tiktoken vocabularies.</summary>
internal static class TiktokenPipeline
{
    private const string Llama3Words = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
        + @"\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Creates the pipeline of LLaMA 3, in which a number is split into words of at most three digits.</summary>
    internal static TokenizerPipeline OfLlama3(TokenizerParts parts) => new(
        null,
        new PreTokenizerSequence(
        [
            new Split(TextPattern.OfRegex(Llama3Words), SplitBehavior.Isolated, invert: false),
            new ByteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: false),
        ]),
        parts.BytePairs(new BytePairOptions()), null, new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true));

    /// <summary>Creates the post-processor, which adds the special tokens that the configuration requests, if any.</summary>
    internal static PostProcessor PostProcessor(TokenizerParts parts, TokenizerPipeline pipeline) =>
        parts.Files.Flag("add_bos_token") is not null || parts.Files.Flag("add_eos_token") is not null
            ? TextEnds.Template(parts, pipeline)
            : new ByteLevelProcessing(addPrefixSpace: true, trimOffsets: false, useRegex: true);
}
