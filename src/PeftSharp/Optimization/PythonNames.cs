using System.Text.Json;

namespace PeftSharp.Optimization;

/// <summary>
/// Converts schedules and optimizers to and from their names in Python, which are the names of the enumeration members in snake case.
/// </summary>
public static class PythonNames
{
    /// <summary>Returns the schedule that has the given name in Python, such as <c>cosine_with_min_lr</c>.</summary>
    /// <exception cref="ArgumentException">There is no such schedule; the message lists all names.</exception>
    public static SchedulerType ParseSchedulerType(string name) => Parse<SchedulerType>(name, "schedule");

    /// <summary>Returns the optimizer that has the given name in Python, such as <c>adamw_torch_fused</c>.</summary>
    /// <exception cref="ArgumentException">There is no such optimizer; the message lists all names.</exception>
    public static OptimizerName ParseOptimizerName(string name) => Parse<OptimizerName>(name, "optimizer");

    /// <summary>Returns the name of a schedule in Python.</summary>
    public static string ToPythonName(this SchedulerType type) => Snake(type.ToString());

    /// <summary>Returns the name of an optimizer in Python.</summary>
    public static string ToPythonName(this OptimizerName name) => Snake(name.ToString());

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static T Parse<T>(string name, string kind) where T : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(name);
        var known = Enum.GetValues<T>();
        foreach (var value in known)
            if (Snake(value.ToString()) == name)
                return value;
        throw new ArgumentException(
            $"The {kind} '{name}' is not supported. Supported names: "
            + $"{string.Join(", ", known.Select(value => Snake(value.ToString())))}.", nameof(name));
    }
}
