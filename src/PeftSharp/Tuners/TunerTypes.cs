using PeftSharp.Internal;
using PeftSharp.Serialization;
using PeftSharp.Tuners.Lora;

namespace PeftSharp.Tuners;

/// <summary>The methods there are: one line each.</summary>
internal static class TunerTypes
{
    private static readonly Dictionary<string, Func<Tuner>> _tuners = new(StringComparer.Ordinal)
    {
        [LoraTuner.Name] = () => new LoraTuner(),
    };

    /// <summary>peft's names of the methods that are served.</summary>
    internal static IEnumerable<string> Names => _tuners.Keys.Order(StringComparer.Ordinal);

    /// <summary>The configuration in <paramref name="folder"/>'s <c>adapter_config.json</c>.</summary>
    /// <exception cref="CheckpointException">The file is absent or malformed, its method is not served, or it asks for something that is not.</exception>
    internal static PeftConfig ReadConfig(string folder)
    {
        if (FolderAccess.Obstacle(folder, $"{AdapterFiles.ConfigFile} and {AdapterFiles.WeightsFile}") is { } obstacle) throw new CheckpointException(obstacle);
        var json = ConfigJson.Read(Path.Combine(folder, AdapterFiles.ConfigFile));
        var type = json.GetString("peft_type");
        return _tuners.TryGetValue(type, out var tuner) ? tuner().ReadConfig(json)
            : throw json.Wrong("peft_type", $"a supported method: {string.Join(", ", Names)}");
    }
}
