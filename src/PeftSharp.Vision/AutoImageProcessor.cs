using PeftSharp.Hub;

namespace PeftSharp.Vision;

/// <summary>Loads the image processor of a model (transformers' <c>AutoImageProcessor</c>).</summary>
public static class AutoImageProcessor
{
    /// <summary>
    /// Loads the image processor of a model from <c>preprocessor_config.json</c> or <c>processor_config.json</c>, in the current or an
    /// older format.
    /// </summary>
    /// <param name="nameOrFolder">The folder of the model; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="revision">The branch, tag or commit on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Options of the download. Null: the environment variables and the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="CheckpointException">
    /// The file is missing or malformed, it is not the file of an image processor of ViT or CLIP, or it specifies a step that is not
    /// supported; the message names the field.
    /// </exception>
    /// <exception cref="HubException">The file cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static ImageProcessor FromPretrained(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        var isName = HubClient.IsRepositoryName(nameOrFolder) && !Directory.Exists(nameOrFolder) && !File.Exists(nameOrFolder);
        var folder = isName ? Download(nameOrFolder, revision, hub, cancellationToken) : nameOrFolder;
        return new ImageProcessor(ImageProcessorFile.Read(folder));
    }

    /// <summary>Loads the image processor of a model asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<ImageProcessor> FromPretrainedAsync(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, revision, hub, cancellationToken), cancellationToken);

    private static string Download(string name, string? revision, HubOptions? hub, CancellationToken cancellationToken) =>
        Task.Run(async () =>
        {
            using var client = new HubClient(hub);
            return await client.DownloadSnapshotAsync(
                name, file => file is ImageProcessorFile.Name or ImageProcessorFile.Combined or "config.json", revision,
                cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }, cancellationToken).GetAwaiter().GetResult();
}
