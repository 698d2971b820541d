using System.Text.Json;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Serialization;

namespace PeftSharp.Generation;

public partial record GenerationConfig
{
    private const string FileName = "generation_config.json";
    private static readonly JsonElement _true = JsonSerializer.SerializeToElement(true);

    /// <summary>Reads <c>generation_config.json</c> from <paramref name="folder"/>.</summary>
    /// <exception cref="CheckpointException">The file is missing or malformed.</exception>
    public static GenerationConfig FromPretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
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
        File.Exists(Path.Combine(folder, FileName)) ? FromPretrained(folder) : FromModelConfig(config);

    /// <summary>A generation configuration with the special tokens of a model's configuration.</summary>
    internal static GenerationConfig FromModelConfig(PretrainedConfig config) => new()
    {
        PadTokenId = config.PadTokenId,
        BosTokenId = config.BosTokenId,
        EosTokenId = config.EosTokenId,
        AdditionalFields = new Dictionary<string, JsonElement> { ["_from_model_config"] = _true },
    };
}
