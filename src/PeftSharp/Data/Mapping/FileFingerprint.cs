namespace PeftSharp.Data;

/// <summary>A hash that identifies the content of a mapped file.</summary>
internal static class FileFingerprint
{
    /// <summary>Files up to this size are hashed as a whole, which takes up to about a second.</summary>
    private const long MaxHashedBytes = 512L << 20;

    private const int BlockBytes = 1 << 16;
    private const int Samples = 64;

    /// <summary>
    /// Returns the hash of the content. For a large file, returns the hash of its path, its length, its creation and write times, and
    /// samples of its content. A large file that was changed, replaced or copied therefore has another fingerprint.
    /// </summary>
    internal static string Of(MappedDataFile file)
    {
        using var hash = new ContentHash();
        hash.Add(file.Length);
        if (file.Length <= MaxHashedBytes)
        {
            AddBlocks(hash, file, step: BlockBytes);
            return hash.Complete();
        }
        hash.Add(Path.GetFullPath(file.Path));
        hash.Add(file.WrittenAt.Ticks);
        hash.Add(file.CreatedAt.Ticks);
        AddBlocks(hash, file, step: Math.Max(BlockBytes, file.Length / Samples));
        return hash.Complete();
    }

    private static void AddBlocks(ContentHash hash, MappedDataFile file, long step)
    {
        var block = new byte[BlockBytes];
        for (long position = 0; position < file.Length; position += step)
        {
            var bytes = block.AsSpan(0, (int)Math.Min(BlockBytes, file.Length - position));
            file.Buffer(position, bytes.Length).CopyTo(0, bytes);
            hash.Add(bytes);
        }
    }
}
