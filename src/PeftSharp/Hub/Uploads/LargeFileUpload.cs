using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace PeftSharp.Hub;

/// <summary>Uploads files to large file storage (the batch protocol of Git LFS, with the Hub's extension for several parts).</summary>
/// <param name="settings">Endpoint and limits.</param>
/// <param name="connection">Sends the requests.</param>
/// <param name="request">The repository and the branch.</param>
/// <param name="progress">Receives the progress. Null: it is not reported.</param>
internal sealed class LargeFileUpload(
    HubSettings settings, HubConnection connection, HubRequest request, IProgress<HubUploadProgress>? progress)
{
    private const int FilesPerBatch = 256;
    private const string MediaType = "application/vnd.git-lfs+json", DefaultEndpoint = "https://huggingface.co";

    /// <summary>Uploads the files whose content the storage does not have.</summary>
    internal async Task RunAsync(IReadOnlyList<UploadFile> files, CancellationToken cancellationToken)
    {
        foreach (var batch in files.DistinctBy(file => file.Hash).Chunk(FilesPerBatch))
        {
            var answer = await PostAsync(settings.Address($"{request.Path}.git/info/lfs/objects/batch"), new
            {
                operation = "upload",
                transfers = new[] { "basic", "multipart" },
                objects = batch.Select(file => new { oid = file.Hash, size = file.Size }),
                hash_algo = "sha256",
                @ref = new { name = request.Revision },
            }, cancellationToken).ConfigureAwait(false);
            var actions = Read(answer, json => json.GetProperty("objects").EnumerateArray()
                .ToDictionary(item => item.GetProperty("oid").GetString()!, item => item.Clone(), StringComparer.Ordinal));
            await Parallel.ForEachAsync(
                batch,
                new ParallelOptions { MaxDegreeOfParallelism = settings.MaxParallelDownloads, CancellationToken = cancellationToken },
                async (file, token) => await UploadAsync(file, actions, token).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task UploadAsync(UploadFile file, Dictionary<string, JsonElement> actions, CancellationToken cancellationToken)
    {
        var its = request with { File = file.Name };
        if (!actions.TryGetValue(file.Hash!, out var item)) throw Malformed(its, "it has no entry for the file");
        if (item.TryGetProperty("error", out var error))
            throw its.Error(HubError.Rejected, $"the storage refuses the file: {error.GetRawText()}. Nothing was committed.");
        if (!item.TryGetProperty("actions", out var found) || found.ValueKind != JsonValueKind.Object)      // the content is stored already
        {
            progress?.Report(new HubUploadProgress(file.Name, file.Size, file.Size));
            return;
        }
        if (!found.TryGetProperty("upload", out var upload)) throw Malformed(its, "it has no address for the upload");
        var (address, parts, partBytes) = Plan(its, upload, file);
        if (parts is null) await PutAsync(file, address, 0, file.Size, cancellationToken).ConfigureAwait(false);
        else
        {
            var etags = new List<object>();
            for (var i = 0; i < parts.Length; i++)
                etags.Add(new
                {
                    partNumber = i + 1,
                    etag = await PutAsync(
                        file, parts[i], i * partBytes, Math.Min(partBytes, file.Size - i * partBytes), cancellationToken)
                        .ConfigureAwait(false)
                        ?? throw Malformed(its, $"the storage returned no ETag for part {i + 1}"),
                });
            await PostAsync(address, new { oid = file.Hash, parts = etags }, cancellationToken).ConfigureAwait(false);
        }
        if (found.TryGetProperty("verify", out var verify) && verify.ValueKind == JsonValueKind.Object)
            await PostAsync(Address(its, verify), new { oid = file.Hash, size = file.Size }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the address of the upload and, if the upload has several parts, the addresses and the size of the parts.</summary>
    private (Uri Address, Uri[]? Parts, long PartBytes) Plan(HubRequest its, JsonElement upload, UploadFile file)
    {
        var address = Address(its, upload);
        if (!upload.TryGetProperty("header", out var header) || header.ValueKind != JsonValueKind.Object
            || !header.TryGetProperty("chunk_size", out var size)) return (address, null, 0);
        var parts = header.EnumerateObject()
            .Where(field => int.TryParse(field.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderBy(field => int.Parse(field.Name, CultureInfo.InvariantCulture))
            .Select(field => ToAddress(its, field.Value.GetString())).ToArray();
        if (!long.TryParse(size.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) || bytes < 1
            || parts.Length != (file.Size + bytes - 1) / bytes)
            throw Malformed(its, $"it divides {file.Size} bytes into {parts.Length} parts of {size}");
        return (address, parts, bytes);
    }

    private async Task<string?> PutAsync(UploadFile file, Uri address, long start, long length, CancellationToken cancellationToken)
    {
        var its = request with { File = file.Name };
        return await connection.RepeatAsync(its, async token =>
        {
            using var response = await connection.SendAsync(HttpMethod.Put, address, its, keepAlive => new FilePartContent(
                file, start, length, sent =>
                {
                    keepAlive();
                    progress?.Report(new HubUploadProgress(file.Name, start + sent, file.Size));
                }), token).ConfigureAwait(false);
            await connection.ReadAsync(response, its, token).ConfigureAwait(false);
            return response.Headers.ETag?.ToString() ?? HubErrors.Header(response, "ETag");
        }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]> PostAsync(Uri address, object value, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value);
        return await connection.RepeatAsync(request, async token =>
        {
            using var response = await connection.SendAsync(HttpMethod.Post, address, request, _ => new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(MediaType) },
            }, token, accept: MediaType).ConfigureAwait(false);
            return await connection.ReadAsync(response, request, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }

    private Uri Address(HubRequest its, JsonElement action) =>
        ToAddress(its, action.TryGetProperty("href", out var href) ? href.GetString() : null);

    /// <summary>
    /// Returns an address in the response. If a mirror returned an address of the Hub itself, the same path on the mirror is returned.
    /// </summary>
    private Uri ToAddress(HubRequest its, string? text)
    {
        if (text?.StartsWith(DefaultEndpoint + "/", StringComparison.Ordinal) == true)
            text = settings.Address(text[(DefaultEndpoint.Length + 1)..]).ToString();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)) throw Malformed(its, $"'{text}' is not an address");
        return address.Scheme == Uri.UriSchemeHttps || (address.Scheme, settings.Endpoint.Scheme) == ("http", "http") ? address
            : throw its.Error(HubError.Server, $"the upload would go to {address.Scheme}://{address.Host}, which is not encrypted. "
                + "Nothing was uploaded.");
    }

    private T Read<T>(byte[] answer, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return read(json.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw Malformed(request, "it does not contain 'objects' in the expected form", error);
        }
    }

    private HubException Malformed(HubRequest its, string problem, Exception? inner = null) => its.Error(HubError.Server,
        $"the response of {settings.Endpoint.Host} to the upload is not valid: {problem}. {HubErrors.CheckEndpoint}", inner);
}
