using System.Text.Json.Nodes;

namespace PeftSharp.Tuners;

/// <summary>The methods whose files can be read; add your own with <see cref="Register{TConfig}"/>.</summary>
/// <remarks>Thread safety: all members can be called from several threads at once.</remarks>
public static class PeftMethods
{
    private static readonly Lock _gate = new();
    private static readonly Dictionary<string, Func<JsonObject, string, PeftConfig>> _readers = new(StringComparer.Ordinal);

    static PeftMethods()
    {
        Register<Ia3Config>();
        Register<LoraConfig>();
        Register<PromptTuningConfig>();
    }

    /// <summary>The <c>peft_type</c> of each method.</summary>
    public static IReadOnlyList<string> Names
    {
        get { lock (_gate) return [.. _readers.Keys.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>Adds a method, or replaces the one of the same <see cref="PeftConfig.PeftType"/>: <c>PeftModel.FromPretrained</c> and <c>LoadAdapter</c> then read its files.</summary>
    /// <typeparam name="TConfig">The method's configuration.</typeparam>
    public static void Register<TConfig>() where TConfig : PeftConfig, new()
    {
        lock (_gate) _readers[new TConfig().PeftType] = PeftConfigFile.Parse<TConfig>;
    }

    /// <summary>Reads the fields of a file of that method; null where there is no such method.</summary>
    internal static Func<JsonObject, string, PeftConfig>? Reader(string peftType)
    {
        lock (_gate) return _readers.GetValueOrDefault(peftType);
    }
}
