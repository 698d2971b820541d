namespace PeftSharp.Data;

/// <summary>The progress of <c>Map</c> or <c>Filter</c>.</summary>
/// <param name="Rows">The number of completed rows.</param>
/// <param name="Total">The total number of rows.</param>
public readonly record struct MapProgress(int Rows, int Total);
