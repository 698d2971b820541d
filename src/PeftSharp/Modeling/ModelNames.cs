using PeftSharp.Hub;

namespace PeftSharp.Modeling;

/// <summary>Names of models on the Hub.</summary>
internal static class ModelNames
{
    /// <summary>Returns the argument if it is a name on the Hub; otherwise null.</summary>
    internal static string? OnHub(string? nameOrPath) => nameOrPath is not null && HubFolder.IsName(nameOrPath) ? nameOrPath : null;
}
