namespace PeftSharp.Data;

/// <summary>
/// The progress of
/// <see cref="Datasets.LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>.
/// </summary>
/// <param name="ReadBytes">The number of bytes that have been read so far, in all files together.</param>
/// <param name="TotalBytes">The size of all files in bytes.</param>
/// <param name="File">The path of the file that is being read.</param>
public readonly record struct DatasetLoadProgress(long ReadBytes, long TotalBytes, string File)
{
    /// <summary>The number of bytes that have been read, divided by the total number of bytes: from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)ReadBytes / TotalBytes;
}
