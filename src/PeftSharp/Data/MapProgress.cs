namespace PeftSharp.Data;

/// <summary>How far a map or filter has come.</summary>
/// <param name="Rows">Rows done.</param>
/// <param name="Total">Rows to do.</param>
public readonly record struct MapProgress(int Rows, int Total);
