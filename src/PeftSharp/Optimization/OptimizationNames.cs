using System.Text.Json;

namespace PeftSharp.Optimization;

/// <summary>The Python names of schedules and optimizers, which are those of the enumerations in snake case.</summary>
public static class OptimizationNames
{
    /// <summary>The schedule of a Python name, such as <c>cosine_with_min_lr</c>.</summary>
    /// <exception cref="ArgumentException">There is no such schedule; the message lists all.</exception>
    public static SchedulerType ParseSchedulerType(string name) => Parse<SchedulerType>(name, "schedule");

    /// <summary>The optimizer of a Python name, such as <c>adamw_torch_fused</c>.</summary>
    /// <exception cref="ArgumentException">There is no such optimizer; the message lists all.</exception>
    public static OptimizerNames ParseOptimizerName(string name) => Parse<OptimizerNames>(name, "optimizer");

    /// <summary>The Python name of a schedule.</summary>
    public static string PythonName(this SchedulerType type) => Snake(type.ToString());

    /// <summary>The Python name of an optimizer.</summary>
    public static string PythonName(this OptimizerNames name) => Snake(name.ToString());

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static T Parse<T>(string name, string kind) where T : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(name);
        var known = Enum.GetValues<T>();
        foreach (var value in known)
            if (Snake(value.ToString()) == name)
                return value;
        throw new ArgumentException($"No {kind} is named '{name}'; known: {string.Join(", ", known.Select(value => Snake(value.ToString())))}.", nameof(name));
    }
}
