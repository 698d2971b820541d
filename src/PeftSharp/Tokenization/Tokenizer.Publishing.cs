using PeftSharp.Hub;

namespace PeftSharp.Tokenization;

/// <content>Uploading to the Hugging Face Hub.</content>
public sealed partial class Tokenizer
{
    /// <summary>Uploads the files of <see cref="SavePretrained"/> to the Hugging Face Hub (<c>push_to_hub</c>) in one commit.</summary>
    /// <param name="repository">The repository, such as <c>owner/my-model</c>; it is created if it does not exist.</param>
    /// <param name="isPrivate">Whether a new repository is private. Null: the default of the account, which is usually public.</param>
    /// <param name="options">The branch and the title of the commit. Null: the defaults.</param>
    /// <param name="hub">The access token and network settings. Null: the environment variables and the defaults.</param>
    /// <param name="cancellationToken">Cancels the upload. Nothing is committed then.</param>
    /// <returns>The commit.</returns>
    /// <exception cref="ArgumentException">The name of the repository or an option is invalid.</exception>
    /// <exception cref="HubException">The access token is missing or does not permit writing, or the upload failed.</exception>
    /// <exception cref="IOException">The temporary folder cannot be written.</exception>
    /// <exception cref="NotSupportedException"><see cref="CanSave"/> is false.</exception>
    /// <exception cref="OperationCanceledException">The upload was cancelled.</exception>
    /// <exception cref="TokenizerException">The name of a chat template cannot be the name of a file.</exception>
    public Task<HubCommit> PushToHubAsync(
        string repository, bool? isPrivate = null, HubUploadOptions? options = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default) =>
        HubPush.RunAsync(
            repository, isPrivate, HubPush.WithTitle(options, "Upload tokenizer"),
            hub, (folder, _) => SavePretrained(folder), cancellationToken);

    /// <summary>Uploads the tokenizer and waits until the upload has finished.</summary>
    /// <inheritdoc cref="PushToHubAsync" path="//param|//exception|//returns"/>
    public HubCommit PushToHub(
        string repository, bool? isPrivate = null, HubUploadOptions? options = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => PushToHubAsync(repository, isPrivate, options, hub, cancellationToken), cancellationToken).GetAwaiter().GetResult();
}
