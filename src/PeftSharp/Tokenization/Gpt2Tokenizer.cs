namespace PeftSharp.Tokenization;

/// <summary>GPT-2's tokenizer: byte-pair encoding of UTF-8 bytes, in which every text can be spelled; transformers' <c>GPT2Tokenizer</c>.</summary>
public static class Gpt2Tokenizer
{
    private const string EndOfText = "<|endoftext|>";
    private static readonly string[] Inputs = ["input_ids", "attention_mask"];
    private static readonly Dictionary<string, string> Defaults = new() { ["bos_token"] = EndOfText, ["eos_token"] = EndOfText, ["unk_token"] = EndOfText };

    /// <summary>Reads <c>tokenizer.json</c>, or else <c>vocab.json</c> and <c>merges.txt</c>, and what <c>tokenizer_config.json</c> and the older files beside it say.</summary>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="addPrefixSpace">Puts a blank before a text that begins with none, so that its first word is like any other; default <c>add_prefix_space</c> in tokenizer_config.json, else false. Only for vocab.json and merges.txt; beside tokenizer.json set the field.</param>
    /// <param name="addBosToken">Puts <see cref="Tokenizer.BosToken"/> before each text; default <c>add_bos_token</c> in tokenizer_config.json, else false. Only for vocab.json and merges.txt.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed, or a merge names a token that the vocabulary lacks.</exception>
    public static Tokenizer FromPretrained(string folder, bool? addPrefixSpace = null, bool? addBosToken = null)
    {
        var files = new TokenizerFolder(folder);
        var hasPipeline = files.Has("tokenizer.json");
        if (!hasPipeline && !(files.Has("vocab.json") && files.Has("merges.txt")))
            throw files.Missing("tokenizer.json, or vocab.json and merges.txt");
        if (hasPipeline && (addPrefixSpace ?? addBosToken) is not null)
            throw new ArgumentException($"'{folder}' has a tokenizer.json; addPrefixSpace and addBosToken are for vocab.json with merges.txt. Set add_prefix_space in tokenizer_config.json, or the post-processor in tokenizer.json.");
        if (hasPipeline)
        {
            var read = TokenizerJsonReader.Read(files.File("tokenizer.json"));
            if (read.Model is BytePairEncoding)
            {
                // As in transformers 5 the class decides how text is split and joined, whatever the file says; its configuration decides about the blank.
                var rebuilt = new TokenizerPipeline(null, new ByteLevel(files.Flag("add_prefix_space") ?? false, trimOffsets: true, useRegex: true), read.Model, read.PostProcessor,
                    new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true)) { Defaults = read.Defaults };
                rebuilt.Added.Add(read.Added.Tokens.Values);
                read = rebuilt;
            }
            return new Tokenizer(read, files.ReadConfig("GPT2Tokenizer", Inputs, Defaults, read.Added.Tokens.Values, read.Defaults with { PadToken = null }));       // the class has no padding token unless its configuration names one
        }
        var config = files.ReadConfig("GPT2Tokenizer", Inputs, Defaults, []);
        if (addPrefixSpace is not null) files.Config["add_prefix_space"] = addPrefixSpace;       // saved, and read again beside tokenizer.json
        var model = new BytePairEncoding(VocabularyFiles.ReadBytePairs(files.File("vocab.json")), VocabularyFiles.ReadMerges(files.File("merges.txt")),
            new BytePairOptions { ContinuingSubwordPrefix = "", EndOfWordSuffix = "" });
        var pipeline = new TokenizerPipeline(
            null,
            new ByteLevel(addPrefixSpace ?? files.Flag("add_prefix_space") ?? false, trimOffsets: true, useRegex: true),
            model,
            Template(model, config, addBosToken ?? files.Flag("add_bos_token") ?? false, files.Flag("add_eos_token") ?? false),
            new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true));
        return new Tokenizer(pipeline, config);
    }

    private static TemplateProcessing Template(TokenizerModel model, TokenizerConfig config, bool addBos, bool addEos)
    {
        if (!addBos && !addEos) return TemplateProcessing.Plain;
        var tokens = new List<(string, int)>();
        var (bos, eos) = (addBos ? Token("bos_token", "addBosToken") : null, addEos ? Token("eos_token", "add_eos_token") : null);
        return TemplateProcessing.Of(Around("$A", 0), $"{Around("$A", 0)} {Around("$B", 1)}", [.. tokens]);

        string Around(string text, int segment) => string.Join(' ', new[] { bos, text, eos }.OfType<string>().Select(piece => $"{piece}:{segment}"));

        string Token(string name, string option)
        {
            var token = config.SpecialTokens.GetValueOrDefault(name)?.Content;
            if (token is null || model.IdOf(token) is not { } id)
                throw new TokenizerException($"{option} needs the {name} '{token}' in the vocabulary ({model.Vocabulary.Count} tokens); name the right one in tokenizer_config.json.");
            tokens.Add((token, id));
            return token;
        }
    }
}
