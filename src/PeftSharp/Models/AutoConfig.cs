using PeftSharp.Hub;
using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>Loads the configuration of a model of any supported family.</summary>
public static class AutoConfig
{
    /// <summary>Reads <c>config.json</c>.</summary>
    /// <param name="nameOrFolder">The folder of the model; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="revision">Branch, tag or commit of the repository on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Options of the download. Null: the environment variables and the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="CheckpointException">The file is missing or malformed, or the family is not supported.</exception>
    /// <exception cref="HubException">The file cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static PretrainedConfig FromPretrained(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default) =>
        PretrainedLoader.ReadConfig(
            HubFolder.Resolve(nameOrFolder, HubFiles.OfConfig, revision, hub, cancellationToken),
            ModelFamilies.Get, ModelFamilies.All).Config;

    /// <summary>Reads <c>config.json</c> asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<PretrainedConfig> FromPretrainedAsync(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, revision, hub, cancellationToken), cancellationToken);
}
