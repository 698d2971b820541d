using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>Loads the configuration of a model of any supported family.</summary>
public static class AutoConfig
{
    /// <summary>Reads <c>config.json</c> from <paramref name="folder"/>.</summary>
    /// <exception cref="CheckpointException">The file is missing or malformed, or the family is not supported.</exception>
    public static PretrainedConfig FromPretrained(string folder) =>
        PretrainedLoader.ReadConfig(folder, ModelFamilies.Get, ModelFamilies.All).Config;
}
