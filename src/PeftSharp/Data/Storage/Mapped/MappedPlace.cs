using System.Globalization;

namespace PeftSharp.Data;

/// <summary>The record batch and the column of mapped values, for messages.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="Column">The name of the column, with the names of the fields that contain the values.</param>
/// <param name="FirstRow">The index of the first row of the record batch in the file.</param>
/// <param name="Rows">The number of rows of the record batch.</param>
internal sealed record MappedPlace(string File, string Column, int FirstRow, int Rows)
{
    internal MappedPlace Child(string name) => this with { Column = $"{Column}.{name}" };

    /// <summary>Returns the exception for values that do not conform to the Arrow format.</summary>
    internal DatasetException Damaged(string problem) => Error($"{problem} The file is damaged: write it again.");

    internal DatasetException Error(string problem, Exception? inner = null) => new(string.Create(CultureInfo.InvariantCulture,
        $"'{File}', column '{Column}', in the record batch of rows {FirstRow} to {FirstRow + Math.Max(Rows, 1) - 1}: {problem}"), inner);
}
