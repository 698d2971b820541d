using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Loads the tokenizer of a checkpoint (transformers' <c>AutoTokenizer</c>).</summary>
public static class AutoTokenizer
{
    /// <summary>Loads a tokenizer from a folder.</summary>
    /// <remarks>
    /// The class is that in <c>tokenizer_class</c> of <c>tokenizer_config.json</c> or <c>config.json</c>, otherwise that of the model's
    /// family (<see cref="ModelFamily.TokenizerClass"/>). A class without its own pipeline is created from <c>tokenizer.json</c>. Without
    /// a class, the files determine the tokenizer: <c>tokenizer.json</c>, otherwise <c>vocab.txt</c> (BERT), otherwise <c>vocab.json</c>
    /// with <c>merges.txt</c> (GPT-2), otherwise <c>tokenizer.model</c> (SentencePiece or tiktoken).
    /// </remarks>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <exception cref="TokenizerException">Files are missing, malformed or not supported; the message names them.</exception>
    public static Tokenizer FromPretrained(string folder)
    {
        var files = new TokenizerFolder(folder);
        var ofFamily = ModelFamilies.All.FirstOrDefault(family => family.ModelType == files.ModelType)?.TokenizerClass
            ?? TokenizerKinds.ClassOfModel(files.ModelType);
        var isOfFamily = files.TokenizerClass is null || ofFamily == ModelFamily.TokenizersBackend;
        return TokenizerKinds.Load(files, isOfFamily ? ofFamily : files.TokenizerClass);
    }
}
