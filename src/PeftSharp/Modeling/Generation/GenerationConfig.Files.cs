using System.Text.Json;
using PeftSharp.Hub;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Serialization;

namespace PeftSharp.Generation;

public partial record GenerationConfig
{
    private const string FileName = "generation_config.json";
    private static readonly JsonElement _true = JsonSerializer.SerializeToElement(true);

    /// <summary>Reads <c>generation_config.json</c> of a model.</summary>
    /// <param name="nameOrFolder">The folder of the model; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="revision">Branch, tag or commit of the repository on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Token, cache and network for a name on the Hub. Null: the environment variables and the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="CheckpointException">The file is missing or malformed.</exception>
    /// <exception cref="HubException">The file cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static GenerationConfig FromPretrained(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        return Read(HubFolder.Resolve(nameOrFolder, HubFiles.OfGenerationConfig, revision, hub, cancellationToken));
    }

    /// <summary>Reads <c>generation_config.json</c> asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<GenerationConfig> FromPretrainedAsync(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, revision, hub, cancellationToken), cancellationToken);

    private static GenerationConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var json = JsonFile.Read(path);
        try { return ConfigFiles.ReadAny<GenerationConfig>(json); }
        catch (JsonException error) { throw ConfigFiles.Wrong(path, json, error); }
    }

    /// <summary>Writes <c>generation_config.json</c> to <paramref name="folder"/>, which is created if it does not exist.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    public void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FolderAccess.Create(folder);
        ConfigFiles.WriteAny(Path.Combine(folder, FileName), this);
    }

    /// <summary>
    /// The configuration of the folder or, if it has none, a configuration with the special tokens of <paramref name="config"/>.
    /// </summary>
    internal static GenerationConfig ForModel(string folder, PretrainedConfig config) =>
        File.Exists(Path.Combine(folder, FileName)) ? Read(folder) : FromModelConfig(config);

    /// <summary>A generation configuration with the special tokens of a model's configuration.</summary>
    internal static GenerationConfig FromModelConfig(PretrainedConfig config) => new()
    {
        PadTokenId = config.PadTokenId,
        BosTokenId = config.BosTokenId,
        EosTokenId = config.EosTokenId,
        AdditionalFields = new Dictionary<string, JsonElement> { ["_from_model_config"] = _true },
    };
}
