using Apache.Arrow.Ipc;
using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace PeftSharp.Data;

/// <summary>
/// Decompresses the buffers of record batches. The first eight bytes of a buffer are the length of its content, or -1 if the content is not
/// compressed.
/// </summary>
internal sealed class CompressedBuffers : ICompressionCodecFactory
{
    /// <summary>The number of bytes before the compressed bytes, which contain the length of the content.</summary>
    internal const int HeaderBytes = 8;

    internal const long NotCompressed = -1;

    public ICompressionCodec CreateCodec(CompressionCodecType compressionCodecType) => new Codec(compressionCodecType);

    public ICompressionCodec CreateCodec(CompressionCodecType compressionCodecType, int? compressionLevel) =>
        new Codec(compressionCodecType);

    /// <summary>Returns a stream that decompresses.</summary>
    internal static Stream Open(CompressionCodecType codec, Stream compressed) => codec switch
    {
        CompressionCodecType.Lz4Frame => LZ4Stream.Decode(compressed),
        CompressionCodecType.Zstd => new DecompressionStream(compressed),
        _ => throw new InvalidDataException($"the compression {(int)codec} is not known"),
    };

    /// <summary>The decompression that the reader of Apache.Arrow uses.</summary>
    private sealed class Codec(CompressionCodecType type) : ICompressionCodec
    {
        public int Decompress(ReadOnlyMemory<byte> source, Memory<byte> destination)
        {
            using var data = Open(type, new MemoryStream(source.ToArray()));
            return data.ReadAtLeast(destination.Span, destination.Length, throwOnEndOfStream: false);
        }

        public void Compress(ReadOnlyMemory<byte> source, Stream destination) => throw new NotSupportedException();

        public void Dispose() { }
    }
}
