namespace PeftSharp.Training.Loop;

/// <summary>Runtime and throughput metrics, with the keys of transformers' <c>speed_metrics</c>.</summary>
internal static class Speed
{
    /// <summary>Adds runtime (seconds), samples per second and steps per second to the metrics.</summary>
    internal static void AddTo(IDictionary<string, double> metrics, string prefix, TimeSpan elapsed, double samples, double steps)
    {
        var seconds = Math.Max(elapsed.TotalSeconds, 1e-9);
        metrics[$"{prefix}_runtime"] = Math.Round(seconds, 4);
        metrics[$"{prefix}_samples_per_second"] = Math.Round(samples / seconds, 3);
        metrics[$"{prefix}_steps_per_second"] = Math.Round(steps / seconds, 3);
    }
}
