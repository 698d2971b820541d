using PeftSharp.Hub;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Loads the tokenizer of a checkpoint (transformers' <c>AutoTokenizer</c>).</summary>
public static class AutoTokenizer
{
    /// <summary>Loads a tokenizer from a folder or by its name on the Hugging Face Hub.</summary>
    /// <remarks>
    /// <para>
    /// The class is the value of <c>tokenizer_class</c> in <c>tokenizer_config.json</c>. If that file has no such field, the field in
    /// <c>config.json</c> is used. If neither file has the field, the class of the model's family is used
    /// (<see cref="ModelFamily.TokenizerClass"/>). If the class of the family is <see cref="ModelFamily.TokenizersBackend"/>, it is used
    /// even if a file names another class.
    /// </para>
    /// <para>
    /// If no class is known, the library does not implement the class, or the class is <c>LlamaTokenizer</c> but the vocabulary is
    /// byte-level (LLaMA 3), the tokenizer is created from <c>tokenizer.json</c>. If there is no such file, the tokenizer is created from
    /// <c>vocab.txt</c> (BERT), from <c>vocab.json</c> and <c>merges.txt</c> (GPT-2), or from a SentencePiece or tiktoken vocabulary
    /// (<c>tokenizer.model</c>, <c>tiktoken.model</c>, <c>*.tiktoken</c>).
    /// </para>
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="revision">Branch, tag or commit of the repository on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Options of the download. Null: the environment variables and the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="TokenizerException">Files are missing, malformed or not supported; the message names them.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Tokenizer FromPretrained(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        var files = new TokenizerFolder(nameOrFolder, revision, hub, cancellationToken);
        var ofFamily = ModelFamilies.All.FirstOrDefault(family => family.ModelType == files.ModelType)?.TokenizerClass
            ?? TokenizerKinds.ClassOfModel(files.ModelType);
        var isOfFamily = files.TokenizerClass is null || ofFamily == ModelFamily.TokenizersBackend;
        return TokenizerKinds.Load(files, isOfFamily ? ofFamily : files.TokenizerClass);
    }

    /// <summary>Loads a tokenizer asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<Tokenizer> FromPretrainedAsync(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, revision, hub, cancellationToken), cancellationToken);
}
