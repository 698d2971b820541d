using System.Text.Json;

namespace PeftSharp.Tests.Metrics;

/// <summary>The metrics that scikit-learn and scipy computed, as recorded in <c>numerics/metrics.json</c>.</summary>
internal static class RecordedMetrics
{
    internal static JsonElement Load()
    {
        var root = Environment.GetEnvironmentVariable("PEFTSHARP_REFERENCE") ?? Find("tests/fixtures/reference");
        var path = root is null ? null : Path.Combine(root, "numerics", "metrics.json");
        Skip.If(path is null || !File.Exists(path), $"No recorded metrics at '{path}'.");
        return JsonDocument.Parse(File.ReadAllText(path!)).RootElement;
    }

    internal static int[] Ints(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(x => (int)x.GetDouble())];

    internal static double[] Doubles(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];

    internal static double Double(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static string? Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, relative)))
                return Path.Combine(folder.FullName, relative);
        return null;
    }
}
