using PeftSharp.Hub;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <content>Loading and saving.</content>
public sealed partial class SentenceEncoder
{
    /// <summary>Loads an encoder from a folder of sentence-transformers, or from the folder of a model and its tokenizer.</summary>
    /// <remarks>
    /// <c>modules.json</c> lists the modules: Transformer, Pooling, then any number of Dense and Normalize. A folder without this file
    /// contains only a model and its tokenizer; the embedding is then the mean of the hidden states, as in sentence-transformers.
    /// </remarks>
    /// <param name="nameOrFolder">The folder; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="adapterNameOrFolder">
    /// An adapter for the model: a folder, or a name on the Hugging Face Hub. If the adapter contains a tokenizer, this tokenizer is used.
    /// Null: no adapter.
    /// </param>
    /// <param name="options">
    /// Data type and device of the weights, the logger, and changes to the configuration. Null: the defaults.
    /// </param>
    /// <param name="adapterRevision">
    /// Branch, tag or commit of the adapter, if the adapter is a name on the Hub. Null: <c>main</c>. The revision of the model is
    /// <see cref="PretrainedOptions.Revision"/> of the options.
    /// </param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <exception cref="ArgumentException"><paramref name="adapterRevision"/> is given without an adapter.</exception>
    /// <exception cref="CheckpointException">
    /// The folder does not contain a model, a file is malformed, a module or field is not supported, or the adapter does not match the
    /// model.
    /// </exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static SentenceEncoder FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default)
    {
        var folder = HubFolder.Resolve(
            nameOrFolder, HubFiles.OfSentenceEncoder.WithPickle(options?.AllowPickle), options?.Revision, options?.Hub, cancellationToken);
        var parts = SentenceFolder.Read(folder, options?.AllowPickle ?? false);
        try
        {
            return Load(parts.ModelFolder, adapterNameOrFolder, adapterRevision, options, AutoModel.FromPretrained,
                (model, tokenizer) =>
                {
                    RequireRoom(parts, tokenizer);
                    return new SentenceEncoder(model, tokenizer, parts, options?.Logger) { OwnsModel = true };
                },
                cancellationToken);
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Loads an encoder asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, string?, CancellationToken)" path="//param|//exception"/>
    public static Task<SentenceEncoder> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>
    /// Writes the model, the tokenizer and the modules as sentence-transformers does. Each file is written atomically,
    /// <c>modules.json</c> last.
    /// </summary>
    /// <param name="folder">The folder, which is created if it does not exist.</param>
    /// <exception cref="NotSupportedException">
    /// The tokenizer cannot be saved, or the model has adapters. Merge the adapters first.
    /// </exception>
    /// <exception cref="TokenizerException">The name of a chat template cannot be the name of a file.</exception>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    public void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        RequireOpen();
        if (Model is Tuners.PeftModel)
            throw new NotSupportedException("The model has adapters. Merge them (MergeAndUnload), and create an encoder for the result.");
        FolderAccess.Create(folder);
        Model.SavePretrained(folder);
        Tokenizer.SavePretrained(folder);
        _parts.Save(folder, HiddenSize());
    }

    private static void RequireRoom(SentenceFolder parts, Tokenizer tokenizer)
    {
        if (parts.MaxLength <= tokenizer.NumSpecialTokensToAdd())
            throw new CheckpointException($"max_seq_length of '{parts.ModelFolder}' is {parts.MaxLength}, but its tokenizer adds "
                + $"{Quantity.Of(tokenizer.NumSpecialTokensToAdd(), "special token")} to each text. Correct sentence_bert_config.json.");
    }

    /// <summary>Returns the width of the hidden states, which is not in the configuration of every model.</summary>
    private int HiddenSize()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var free = TorchSharp.torch.no_grad();
        using var running = Model.Calls.CallInEvaluationMode(Model);
        var inputs = new ModelInputs { InputIds = TorchSharp.torch.zeros([1, 1], TorchSharp.torch.ScalarType.Int64) };
        return (int)Model.call(inputs.To(Model.Device)).LastHiddenState!.shape[2];
    }
}
