using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Loads the tokenizer that belongs to a checkpoint; transformers' class of the same name.</summary>
public static class AutoTokenizer
{
    /// <summary>Reads a tokenizer from a folder.</summary>
    /// <remarks>The class is the one that <c>tokenizer_class</c> in <c>tokenizer_config.json</c> or <c>config.json</c> names, else that of the model's family
    /// (<see cref="ModelFamily.TokenizerClass"/>). A class that builds no pipeline of its own is read as <c>tokenizer.json</c> describes it. Without any class the files decide:
    /// <c>tokenizer.json</c>, else <c>vocab.txt</c> as BERT's, else <c>vocab.json</c> with <c>merges.txt</c> as GPT-2's.</remarks>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <exception cref="TokenizerException">Files are missing, malformed, or describe what is not supported; the message names them.</exception>
    public static Tokenizer FromPretrained(string folder)
    {
        var files = new TokenizerFolder(folder);
        var ofFamily = ModelFamilies.All.FirstOrDefault(family => family.ModelType == files.ModelType)?.TokenizerClass;
        return TokenizerKinds.Load(files, files.TokenizerClass is null || ofFamily == ModelFamily.TokenizersBackend ? ofFamily : files.TokenizerClass);
    }
}
