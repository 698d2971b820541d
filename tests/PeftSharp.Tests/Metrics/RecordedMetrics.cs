using System.Text.Json;

namespace PeftSharp.Tests.Metrics;

/// <summary>The metrics that scikit-learn and scipy computed, as recorded in <c>numerics/metrics.json</c>.</summary>
internal static class RecordedMetrics
{
    internal static JsonElement Load() =>
        JsonDocument.Parse(File.ReadAllText(ReferenceRoot.Require("numerics", "metrics.json"))).RootElement;

    internal static int[] Ints(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(x => (int)x.GetDouble())];

    internal static double[] Doubles(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];

    internal static double Double(this JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
