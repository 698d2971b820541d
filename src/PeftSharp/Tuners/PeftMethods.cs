using System.Text.Json.Nodes;

namespace PeftSharp.Tuners;

/// <summary>
/// The registry of tuning methods whose adapters can be loaded. Add custom tuning methods with <see cref="Register{TConfig}"/>.
/// </summary>
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

    /// <summary>The <c>peft_type</c> of each registered tuning method, in alphabetical order.</summary>
    public static IReadOnlyList<string> PeftTypes
    {
        get { lock (_gate) return [.. _readers.Keys.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>
    /// Registers a tuning method, so that <c>PeftModel.FromPretrained</c>, <c>LoadAdapter</c> and
    /// <see cref="PeftConfig.FromPretrained"/> can read its files. A tuning method that is already registered with the same
    /// <see cref="PeftConfig.PeftType"/> is replaced.
    /// </summary>
    /// <typeparam name="TConfig">The configuration type of the tuning method.</typeparam>
    public static void Register<TConfig>() where TConfig : PeftConfig, new()
    {
        lock (_gate) _readers[new TConfig().PeftType] = PeftConfigFile.Parse<TConfig>;
    }

    /// <summary>Returns the function that reads the files of a tuning method; null if it is not registered.</summary>
    internal static Func<JsonObject, string, PeftConfig>? Reader(string peftType)
    {
        lock (_gate) return _readers.GetValueOrDefault(peftType);
    }
}
