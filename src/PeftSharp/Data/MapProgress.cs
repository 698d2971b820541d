namespace PeftSharp.Data;

/// <summary>
/// The progress of a method that processes or writes the rows of a dataset, such as <c>Map</c>, <c>Tokenize</c> or <c>SaveToDisk</c>.
/// </summary>
/// <param name="Rows">The number of completed rows.</param>
/// <param name="Total">The total number of rows.</param>
public readonly record struct MapProgress(int Rows, int Total);
