namespace PeftSharp.Hub;

/// <summary>The progress of the download of one file.</summary>
/// <param name="FileName">The name of the file in its repository.</param>
/// <param name="DownloadedBytes">Size in bytes of the part that is on the disk, including a part from an earlier download.</param>
/// <param name="TotalBytes">Size of the file in bytes. Null: the server did not report the size.</param>
public readonly record struct HubProgress(string FileName, long DownloadedBytes, long? TotalBytes)
{
    /// <summary>The fraction that is downloaded, from 0 to 1. Null if the size of the file is unknown.</summary>
    public double? Fraction => TotalBytes switch { null => null, 0 => 1, var total => (double)DownloadedBytes / total };
}
