namespace PeftSharp.Hub;

/// <summary>The progress of the upload of one large file.</summary>
/// <param name="FileName">The name of the file in the repository.</param>
/// <param name="UploadedBytes">
/// Number of bytes that were sent, or the size of the file if the Hub already has the content. The number decreases if a part must be sent
/// again.
/// </param>
/// <param name="TotalBytes">Size of the file in bytes.</param>
public readonly record struct HubUploadProgress(string FileName, long UploadedBytes, long TotalBytes)
{
    /// <summary><see cref="UploadedBytes"/> divided by <see cref="TotalBytes"/>, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)UploadedBytes / TotalBytes;
}
