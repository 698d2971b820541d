namespace PeftSharp.Data;

/// <summary>A file of data, or a member of a zip archive.</summary>
/// <param name="File">The path of the file or of the archive.</param>
/// <param name="Member">The name of the member. Null: the file is not an archive.</param>
internal readonly record struct DataInput(string File, string? Member = null)
{
    /// <summary>
    /// The extension that determines the format: the extension of the member, if it belongs to a supported format; otherwise, the extension
    /// of the file after the extension of a compressed format has been removed.
    /// </summary>
    internal string Extension => Path.GetExtension(
        Member is not null && FileFormat.Of(Member) is not null ? Member : DataStream.WithoutCompression(File));

    /// <summary>The name in error messages.</summary>
    public override string ToString() => Member is null ? File : $"{File}: {Member}";
}
