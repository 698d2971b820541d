namespace PeftSharp.Tokenization;

/// <summary>GPT-2's tokenizer: byte-pair encoding of UTF-8 bytes, in which every text can be spelled; transformers' <c>GPT2Tokenizer</c>.</summary>
public static class Gpt2Tokenizer
{
    private const string EndOfText = "<|endoftext|>";
    private static readonly string[] Inputs = ["input_ids", "attention_mask"];
    private static readonly Dictionary<string, string> Defaults = new() { ["bos_token"] = EndOfText, ["eos_token"] = EndOfText, ["unk_token"] = EndOfText };

    /// <summary>Reads <c>tokenizer.json</c>, or else <c>vocab.json</c> and <c>merges.txt</c>, and what <c>tokenizer_config.json</c> and the older files beside it say.</summary>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="addPrefixSpace">Puts a blank before a text that begins with none, so that its first word is like any other; default as the files say, else false. Not with tokenizer.json, which says itself.</param>
    /// <param name="addBosToken">Puts <see cref="Tokenizer.BosToken"/> before each text; default as the files say, else false. Not with tokenizer.json, which says itself.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed, or a merge names a token that the vocabulary lacks.</exception>
    public static Tokenizer FromPretrained(string folder, bool? addPrefixSpace = null, bool? addBosToken = null)
    {
        var files = new TokenizerFolder(folder);
        var hasPipeline = files.Has("tokenizer.json");
        if (!hasPipeline && !(files.Has("vocab.json") && files.Has("merges.txt")))
            throw files.Missing("tokenizer.json, or vocab.json and merges.txt");
        if (hasPipeline && (addPrefixSpace ?? addBosToken) is not null)
            throw new ArgumentException($"'{folder}' has a tokenizer.json, which says itself how texts begin; addPrefixSpace and addBosToken are for vocab.json with merges.txt.");
        if (hasPipeline)
        {
            var read = TokenizerJsonReader.Read(files.File("tokenizer.json"));
            return new Tokenizer(read, files.ReadConfig("GPT2Tokenizer", Inputs, Defaults, read.Added.Tokens.Values));
        }
        var config = files.ReadConfig("GPT2Tokenizer", Inputs, Defaults, []);
        var model = new BytePairEncoding(VocabularyFiles.ReadBytePairs(files.File("vocab.json")), VocabularyFiles.ReadMerges(files.File("merges.txt")),
            new BytePairOptions { ContinuingSubwordPrefix = "", EndOfWordSuffix = "" });
        var pipeline = new TokenizerPipeline(
            null,
            new ByteLevel(addPrefixSpace ?? files.Flag("add_prefix_space") ?? false, trimOffsets: true, useRegex: true),
            model,
            addBosToken ?? files.Flag("add_bos_token") ?? false ? BosTemplate(model, config) : TemplateProcessing.Plain,
            new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true));
        return new Tokenizer(pipeline, config);
    }

    private static TemplateProcessing BosTemplate(TokenizerModel model, TokenizerConfig config)
    {
        var token = config.SpecialTokens.GetValueOrDefault("bos_token")?.Content;
        if (token is null || model.IdOf(token) is not { } id)
            throw new TokenizerException($"addBosToken needs the bos_token '{token}' in the vocabulary ({model.Vocabulary.Count} tokens); name the right one in tokenizer_config.json.");
        return TemplateProcessing.Of($"{token}:0 $A:0", $"{token}:0 $A:0 {token}:1 $B:1", (token, id));
    }
}
