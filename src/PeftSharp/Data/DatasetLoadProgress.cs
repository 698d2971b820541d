namespace PeftSharp.Data;

/// <summary>
/// The progress of
/// <see cref="Datasets.LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>.
/// </summary>
/// <param name="ReadBytes">The number of bytes of the files that have been read.</param>
/// <param name="TotalBytes">The size of all files in bytes.</param>
/// <param name="File">The file that is being read.</param>
public readonly record struct DatasetLoadProgress(long ReadBytes, long TotalBytes, string File)
{
    /// <summary>The fraction that has been read, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)ReadBytes / TotalBytes;
}
