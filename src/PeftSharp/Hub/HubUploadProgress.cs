namespace PeftSharp.Hub;

/// <summary>The progress of the upload of one file.</summary>
/// <param name="FileName">The name of the file in the repository.</param>
/// <param name="UploadedBytes">Number of bytes that were sent. It decreases if a part must be sent again.</param>
/// <param name="TotalBytes">Size of the file in bytes.</param>
public readonly record struct HubUploadProgress(string FileName, long UploadedBytes, long TotalBytes)
{
    /// <summary>The fraction that was sent, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)UploadedBytes / TotalBytes;
}
