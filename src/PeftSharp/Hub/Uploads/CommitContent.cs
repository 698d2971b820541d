using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace PeftSharp.Hub;

/// <summary>
/// The content of a commit: one JSON object per line, first the title, then the files. Small files are included as base64. Each file is
/// read and converted while the content is sent, so files are not held in memory.
/// </summary>
internal sealed class CommitContent : HttpContent
{
    private const int PieceBytes = 3 << 16;                     // a multiple of three, so that the base64 of the pieces can be joined
    private readonly List<(byte[] Before, UploadFile? File, byte[] After)> _lines = [];
    private readonly Action _sent;

    /// <param name="options">The title, the description and the parent of the commit.</param>
    /// <param name="title">The title if the options have none.</param>
    /// <param name="files">The files that have changed.</param>
    /// <param name="deletions">The names of the files that the commit deletes.</param>
    /// <param name="sent">Called after each piece.</param>
    internal CommitContent(
        HubUploadOptions options, string title, IEnumerable<UploadFile> files, IEnumerable<string> deletions, Action sent)
    {
        _sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        var header = new Dictionary<string, string>
        {
            ["summary"] = options.CommitMessage ?? title,
            ["description"] = options.CommitDescription ?? "",
        };
        if (options.ParentCommit is { } parent) header["parentCommit"] = parent;
        _lines.Add((Line("header", header), null, []));
        foreach (var file in files)
            _lines.Add(file.IsLarge
                ? (Line("lfsFile", new { path = file.Name, algo = "sha256", oid = file.Hash, size = file.Size }), null, [])
                : Split(Line("file", new { path = file.Name, encoding = "base64", content = "" }), file));
        foreach (var name in deletions)
            _lines.Add((Line("deletedFile", new { path = name }), null, []));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _lines.Sum(line => line.Before.Length + line.After.Length + (line.File is { } file ? (file.Size + 2) / 3 * 4 : 0));
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var (before, file, after) in _lines)
        {
            await stream.WriteAsync(before, cancellationToken).ConfigureAwait(false);
            if (file is not null) await WriteAsync(file, stream, cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(after, cancellationToken).ConfigureAwait(false);
            _sent();
        }
    }

    private async Task WriteAsync(UploadFile file, Stream stream, CancellationToken cancellationToken)
    {
        await using var source = file.Open();
        var (bytes, text) = (new byte[PieceBytes], new byte[PieceBytes / 3 * 4]);
        for (var left = file.Size; left > 0;)
        {
            var piece = bytes.AsMemory(0, (int)Math.Min(left, bytes.Length));
            await file.ReadAsync(source, piece, cancellationToken).ConfigureAwait(false);
            System.Buffers.Text.Base64.EncodeToUtf8(piece.Span, text, out _, out var count);
            await stream.WriteAsync(text.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            left -= piece.Length;
            _sent();
        }
    }

    private static byte[] Line(string key, object value) => [.. JsonSerializer.SerializeToUtf8Bytes(new { key, value }), (byte)'\n'];

    /// <summary>Splits the line of a file at the position of its base64, which is the last value of the line.</summary>
    private static (byte[], UploadFile, byte[]) Split(byte[] line, UploadFile file)
    {
        var end = "\"}}\n"u8.Length;
        return (line[..^end], file, line[^end..]);
    }
}
