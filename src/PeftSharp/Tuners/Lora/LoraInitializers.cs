namespace PeftSharp.Tuners.Lora;

/// <summary>The registry of initializers by their names in peft.</summary>
internal static class LoraInitializers
{
    private const string PissaPrefix = "pissa_niter_";

    /// <summary>The supported names.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["gaussian", "pissa", PissaPrefix + "N", "olora", "orthogonal"];

    /// <summary>
    /// The placeholder for an initialization that is computed from data and not supported for new adapters; null for other names.
    /// </summary>
    internal static LoraInitializer? StartOnly(string name) => name is "eva" or "lora_ga" ? new StartOnlyInitializer(name) : null;

    /// <summary>Returns the initializer with the given name; null if there is none.</summary>
    internal static LoraInitializer? ByName(string name) => name?.ToLowerInvariant() switch
    {
        "gaussian" => LoraInitializer.Gaussian,
        "pissa" => LoraInitializer.Pissa,
        "olora" => LoraInitializer.Olora,
        "orthogonal" => LoraInitializer.Orthogonal,
        { } other when other.StartsWith(PissaPrefix, StringComparison.Ordinal)
            && int.TryParse(
                other.AsSpan(PissaPrefix.Length), System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture, out var iterations) =>
            LoraInitializer.PissaNiter(iterations),
        _ => null,
    };
}
