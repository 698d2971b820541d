using System.Text.Json;

namespace PeftSharp.Tests.Optimization;

/// <summary>What transformers' schedules and torch's optimizers computed, as recorded in <c>numerics</c>.</summary>
internal static class RecordedNumerics
{
    internal static JsonElement Load(string file)
    {
        var root = Environment.GetEnvironmentVariable("PEFTSHARP_REFERENCE") ?? Find("tests/fixtures/reference");
        var path = root is null ? null : Path.Combine(root, "numerics", file);
        Skip.If(path is null || !File.Exists(path), $"No recorded values at '{path}'.");
        return JsonDocument.Parse(File.ReadAllText(path!)).RootElement;
    }

    private static string? Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, relative)))
                return Path.Combine(folder.FullName, relative);
        return null;
    }
}
