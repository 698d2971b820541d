using System.Net;

namespace PeftSharp.Hub;

/// <summary>A part of a file as the content of a request.</summary>
/// <param name="file">The file.</param>
/// <param name="start">Offset of the first byte.</param>
/// <param name="length">Number of bytes.</param>
/// <param name="sent">Called after each piece with the number of bytes of the part that were sent.</param>
internal sealed class FilePartContent(UploadFile file, long start, long length, Action<long> sent) : HttpContent
{
    private const int PieceBytes = 1 << 18;

    protected override bool TryComputeLength(out long size)
    {
        size = length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var source = file.Open();
        source.Position = start;
        var buffer = new byte[Math.Clamp(length, 1, PieceBytes)];
        for (var done = 0L; done < length;)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - done));
            await file.ReadAsync(source, piece, cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            sent(done += piece.Length);
        }
    }
}
