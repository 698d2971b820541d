namespace PeftSharp.Tokenization;

/// <summary>Loads the tokenizer that belongs to a checkpoint; transformers' class of the same name.</summary>
public static class AutoTokenizer
{
    private static readonly string[] AnyInputs = ["input_ids", "attention_mask"];

    /// <summary>
    /// Reads a tokenizer from a folder: the kind that <c>tokenizer_config.json</c> or <c>config.json</c> names, else whatever <c>tokenizer.json</c> describes, else BERT's for
    /// <c>vocab.txt</c> and GPT-2's for <c>vocab.json</c> with <c>merges.txt</c>.
    /// </summary>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <exception cref="TokenizerException">Files are missing, malformed, or describe what is not supported; the message names them.</exception>
    public static Tokenizer FromPretrained(string folder)
    {
        var files = new TokenizerFolder(folder);
        return files.TokenizerClass switch
        {
            "BertTokenizer" => BertTokenizer.FromPretrained(folder),
            "GPT2Tokenizer" => Gpt2Tokenizer.FromPretrained(folder),
            _ when files.Has("tokenizer.json") => FromTokenizerJson(files),
            _ when files.Has("vocab.txt") => BertTokenizer.FromPretrained(folder),
            _ when files.Has("vocab.json") && files.Has("merges.txt") => Gpt2Tokenizer.FromPretrained(folder),
            _ => throw files.Missing("tokenizer.json, vocab.txt (BERT), or vocab.json and merges.txt (GPT-2)"),
        };
    }

    private static Tokenizer FromTokenizerJson(TokenizerFolder files)
    {
        var pipeline = TokenizerJsonReader.Read(files.File("tokenizer.json"));
        var kind = files.TokenizerClass is null or "PreTrainedTokenizer" ? "PreTrainedTokenizerFast" : files.TokenizerClass;
        return new Tokenizer(pipeline, files.ReadConfig(kind, AnyInputs, new Dictionary<string, string>(), pipeline.Added.Tokens.Values, pipeline.Defaults));
    }
}
