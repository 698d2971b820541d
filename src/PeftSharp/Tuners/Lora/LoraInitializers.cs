namespace PeftSharp.Tuners.Lora;

/// <summary>The initializers by peft's names: the one list.</summary>
internal static class LoraInitializers
{
    private const string PissaPrefix = "pissa_niter_";

    /// <summary>The names there are.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["gaussian", "pissa", PissaPrefix + "N", "olora", "orthogonal"];

    /// <summary>An initialization that computes start values from data and is not supported for new adapters; null where the name is another one.</summary>
    internal static LoraInitializer? StartOnly(string name) => name is "eva" or "lora_ga" ? new StartOnlyInitializer(name) : null;

    /// <summary>The initializer of that name; null where there is none.</summary>
    internal static LoraInitializer? ByName(string name) => name?.ToLowerInvariant() switch
    {
        "gaussian" => LoraInitializer.Gaussian,
        "pissa" => LoraInitializer.Pissa,
        "olora" => LoraInitializer.Olora,
        "orthogonal" => LoraInitializer.Orthogonal,
        { } other when other.StartsWith(PissaPrefix, StringComparison.Ordinal)
            && int.TryParse(other.AsSpan(PissaPrefix.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var iterations)
            => LoraInitializer.PissaNiter(iterations),
        _ => null,
    };
}
