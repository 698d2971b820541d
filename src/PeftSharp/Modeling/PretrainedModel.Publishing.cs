using PeftSharp.Hub;

namespace PeftSharp.Modeling;

/// <content>Uploading to the Hugging Face Hub.</content>
public abstract partial class PretrainedModel
{
    /// <summary>Uploads the model (only the adapters, if it has any) to the Hugging Face Hub (<c>push_to_hub</c>).</summary>
    /// <remarks>
    /// The repository is created if it does not exist. It receives the files of <see cref="SavePretrained"/> and a generated model card. A
    /// card in the root of the repository that a person wrote or edited is kept. All files are uploaded in one commit.
    /// </remarks>
    /// <param name="repository">
    /// The repository, such as <c>owner/my-model</c>; without an owner, the repository belongs to the account of the token.
    /// </param>
    /// <param name="isPrivate">Whether a new repository is private. Null: the default of the account, which is usually public.</param>
    /// <param name="options">The branch, the title of the commit and the progress. Null: the defaults.</param>
    /// <param name="hub">Token and network. Null: the environment variables and the defaults.</param>
    /// <param name="cancellationToken">Cancels the upload. Nothing is committed then.</param>
    /// <returns>The commit.</returns>
    /// <exception cref="ArgumentException">The name of the repository is invalid.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    /// <exception cref="HubException">The token is missing or has no write permission, or the upload failed.</exception>
    /// <exception cref="IOException">The temporary folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The upload was cancelled.</exception>
    public Task<HubCommit> PushToHubAsync(
        string repository, bool? isPrivate = null, HubUploadOptions? options = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return HubPush.RunAsync(
            repository, isPrivate, HubPush.WithTitle(options, "Upload model"), hub,
            (folder, name) =>
            {
                SavePretrained(folder);
                if (File.Exists(Path.Combine(folder, ModelCard.FileName))) return;
                new ModelCard(new ModelCardData { LibraryName = "transformers" }, $"{ModelCard.GeneratedComment}\n\n# {name}\n\nThis "
                    + $"repository contains a model of the class {GetName()}.\n\n## Model description\n\nMore information needed\n"
                    + $"\n### Framework versions\n\n{FrameworkVersions.Text}").Save(folder);
            },
            cancellationToken);
    }

    /// <summary>Uploads the model and waits until the upload is complete.</summary>
    /// <inheritdoc cref="PushToHubAsync" path="//param|//exception|//remarks|//returns"/>
    public HubCommit PushToHub(
        string repository, bool? isPrivate = null, HubUploadOptions? options = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => PushToHubAsync(repository, isPrivate, options, hub, cancellationToken), cancellationToken).GetAwaiter().GetResult();
}
