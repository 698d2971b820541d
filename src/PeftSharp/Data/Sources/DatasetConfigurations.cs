namespace PeftSharp.Data;

/// <summary>Errors about the choice of a configuration.</summary>
internal static class DatasetConfigurations
{
    internal static DatasetException MustChoose(string description, IReadOnlyList<string> names) => new(
        $"{char.ToUpperInvariant(description[0])}{description[1..]} has several configurations, and none is the default. Choose one: "
        + $"LoadDataset(path, name: \"{names[0]}\"). Configurations: {string.Join(", ", names)}.");

    internal static DatasetException Unknown(string description, string name, IReadOnlyList<string> names) => new(
        $"{char.ToUpperInvariant(description[0])}{description[1..]} has no configuration '{name}'. "
        + $"Configurations: {string.Join(", ", names)}.");
}
