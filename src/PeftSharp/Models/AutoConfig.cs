using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>The configuration of a model of any family.</summary>
public static class AutoConfig
{
    /// <summary>The configuration in <paramref name="folder"/>'s <c>config.json</c>.</summary>
    /// <exception cref="CheckpointException">The file is absent or malformed, or its family is not known.</exception>
    public static PretrainedConfig FromPretrained(string folder) => PretrainedLoader.ReadConfig(folder, ModelFamilies.Get, ModelFamilies.All).Config;
}
