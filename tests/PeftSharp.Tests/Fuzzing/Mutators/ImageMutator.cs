using System.Buffers.Binary;
using System.IO.Compression;
using PeftSharp.Vision;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>Changes images: the chunks of PNG files, with valid checksums, and the segments of JPEG files.</summary>
internal static class ImageMutator
{
    private const int PngSignature = 8;

    internal static byte[] Mutate(FuzzRandom random, byte[] content)
    {
        if (random.OneIn(4)) return ByteMutator.Mutate(random, content);
        const int JpegSegments = 700, BmpHeaders = 54;                                           // what comes before the pixels
        return content[0] == 0x89 ? Png(random, content)
            : ByteMutator.Mutate(random, content, 2, content[0] == 0xff ? JpegSegments : BmpHeaders);
    }

    private static byte[] Png(FuzzRandom random, byte[] content)
    {
        var chunks = new List<(byte[] Type, byte[] Data)>();
        for (var at = PngSignature; at + 12 <= content.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at));
            chunks.Add((content[(at + 4)..(at + 8)], content[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        for (var edits = random.Few(); edits > 0 && chunks.Count > 0; edits--)
        {
            var at = random.Next(chunks.Count);
            var (type, data) = chunks[at];
            switch (random.Next(7))
            {
                case 0:
                    chunks.RemoveAt(at);
                    break;
                case 1:
                    chunks.Insert(random.Next(chunks.Count + 1), (type, data));
                    break;
                case 2:
                    chunks[at] = (ByteMutator.Mutate(random, type) is { Length: 4 } name ? name : "tEXt"u8.ToArray(), data);
                    break;
                case 3 when type.AsSpan().SequenceEqual("IDAT"u8):
                    chunks[at] = (type, Recompressed(random, data));
                    break;
                default:
                    chunks[at] = (type, data.Length == 0 ? random.Bytes(random.Next(8)) : ByteMutator.Mutate(random, data));
                    break;
            }
        }
        return [.. content[..PngSignature], .. chunks.SelectMany(chunk => Chunk(random, chunk.Type, chunk.Data))];
    }

    /// <summary>The filtered rows with changes, compressed again.</summary>
    private static byte[] Recompressed(FuzzRandom random, byte[] data)
    {
        using var rows = new MemoryStream();
        try
        {
            using var source = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
            source.CopyTo(rows);
        }
        catch (InvalidDataException) { }
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(random.OneIn(8) ? new byte[random.Next(1, 4_000_000)] : ByteMutator.Mutate(random, [.. rows.ToArray(), 0]));
        return target.ToArray();
    }

    private static byte[] Chunk(FuzzRandom random, byte[] type, byte[] data)
    {
        byte[] body = [.. type, .. data];
        var (length, check) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, random.OneIn(30) ? random.Next(int.MaxValue) : data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, random.OneIn(30) ? 0 : PngChunks.Crc(type, data));
        return [.. length, .. body, .. check];
    }
}
