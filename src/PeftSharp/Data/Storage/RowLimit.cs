using System.Globalization;

namespace PeftSharp.Data;

/// <summary>Checks the number of rows of a dataset, whose indices are 32-bit integers.</summary>
internal static class RowLimit
{
    /// <exception cref="DatasetException">There are more than 2,147,483,647 rows.</exception>
    internal static int Require(long rows, string what = "The dataset") => rows <= int.MaxValue
        ? (int)rows
        : throw new DatasetException(string.Create(CultureInfo.InvariantCulture,
            $"{what} would have {rows} rows, but a dataset can have at most {int.MaxValue}. Split it into several datasets."));
}
