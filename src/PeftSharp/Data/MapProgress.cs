namespace PeftSharp.Data;

/// <summary>The progress of <c>Map</c>, <c>Filter</c>, or a method that writes the rows of a dataset.</summary>
/// <param name="Rows">The number of completed rows.</param>
/// <param name="Total">The total number of rows.</param>
public readonly record struct MapProgress(int Rows, int Total);
