using System.Text.Json.Nodes;

namespace PeftSharp.Tuners;

/// <summary>The registry of adapter methods whose files can be read. Add custom methods with <see cref="Register{TConfig}"/>.</summary>
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

    /// <summary>The <c>peft_type</c> of each registered method, in alphabetical order.</summary>
    public static IReadOnlyList<string> PeftTypes
    {
        get { lock (_gate) return [.. _readers.Keys.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>
    /// Registers a method, so that <c>PeftModel.FromPretrained</c>, <c>LoadAdapter</c> and <see cref="PeftConfig.FromPretrained"/> can read
    /// its files. A method that is already registered with the same <see cref="PeftConfig.PeftType"/> is replaced.
    /// </summary>
    /// <typeparam name="TConfig">The configuration type of the method.</typeparam>
    public static void Register<TConfig>() where TConfig : PeftConfig, new()
    {
        lock (_gate) _readers[new TConfig().PeftType] = PeftConfigFile.Parse<TConfig>;
    }

    /// <summary>Returns the function that reads the files of a method; null if the method is not registered.</summary>
    internal static Func<JsonObject, string, PeftConfig>? Reader(string peftType)
    {
        lock (_gate) return _readers.GetValueOrDefault(peftType);
    }
}
