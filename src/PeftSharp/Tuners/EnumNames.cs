using System.Reflection;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>The names of enumeration members in Python's files (<see cref="JsonStringEnumMemberNameAttribute"/>).</summary>
internal static class EnumNames
{
    /// <summary>All names, in the order of the members.</summary>
    internal static IEnumerable<string> Of<T>() where T : struct, Enum => Table<T>.Names.Select(pair => pair.Name);

    internal static string NameOf<T>(T value) where T : struct, Enum => Table<T>.Names.First(pair => pair.Value.Equals(value)).Name;

    internal static bool TryParse<T>(string name, out T value) where T : struct, Enum
    {
        var found = Table<T>.Names.Where(pair => pair.Name == name).Select(pair => (T?)pair.Value).FirstOrDefault();
        value = found ?? default;
        return found is not null;
    }

    private static class Table<T> where T : struct, Enum
    {
        internal static readonly (T Value, string Name)[] Names =
            [.. typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((T)field.GetValue(null)!, NameOf(field)))];

        private static string NameOf(FieldInfo field) =>
            field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name.ToLowerInvariant();
    }
}
