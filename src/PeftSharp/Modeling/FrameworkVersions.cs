using System.Reflection;

namespace PeftSharp.Modeling;

/// <summary>The versions of the libraries, for model cards.</summary>
internal static class FrameworkVersions
{
    /// <summary>A list in Markdown.</summary>
    internal static string Text =>
        $"- PeftSharp {Of(typeof(FrameworkVersions).Assembly)}\n- TorchSharp {Of(typeof(TorchSharp.torch).Assembly)}\n"
        + $"- .NET {Environment.Version}\n";

    private static string Of(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly.GetName().Version?.ToString())?.Split('+')[0] ?? "unknown";
}
