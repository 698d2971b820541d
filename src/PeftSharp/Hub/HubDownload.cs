using Microsoft.Extensions.Logging;

namespace PeftSharp.Hub;

/// <summary>Downloads the content of one file to a blob of the cache.</summary>
internal sealed class HubDownload(HubSettings settings, HubConnection connection, HubRequest request, HubFile content)
{
    internal const string PartialEnding = ".incomplete";
    private const int BufferBytes = 1 << 18;
    private const int ReportBytes = 1 << 20;
    private const long ReservedSpace = 1L << 30;

    /// <summary>
    /// Downloads the file, and continues an earlier download if there is one. The blob appears when it is complete and checked.
    /// </summary>
    /// <param name="blob">The path of the blob.</param>
    /// <param name="cancellationToken">Cancels the download. What was downloaded is kept.</param>
    /// <exception cref="HubException">The file cannot be downloaded or stored, or its content is wrong.</exception>
    internal async Task RunAsync(string blob, CancellationToken cancellationToken)
    {
        var path = blob + PartialEnding;
        for (; ; )
        {
            var partial = await PartialBlob.OpenAsync(path, request, content, cancellationToken).ConfigureAwait(false);
            string? error;
            bool wasResumed;
            await using (partial.ConfigureAwait(false))
            {
                CheckSpace(path, partial.Length);
                wasResumed = partial.IsResumed;
                try
                {
                    await ReceiveAllAsync(partial, cancellationToken).ConfigureAwait(false);
                    error = await partial.FindErrorAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (HubException wrong) when (wrong.Reason == HubError.Corrupted)
                {
                    if (!wasResumed)
                    {
                        partial.Restart();
                        throw;
                    }
                    error = wrong.Message;
                }
                if (error is not null) partial.Restart();
            }
            if (error is null)
            {
                File.Move(path, blob, overwrite: true);
                return;
            }
            File.Delete(path);
            if (!wasResumed)
                throw request.Error(HubError.Corrupted, $"{error}. The downloaded data was deleted. Try again; if the error remains, a "
                    + "proxy or a mirror changes the file.");
            settings.Logger.LogWarning(
                "{File}: the earlier partial download was damaged ({Error}). The file is downloaded again.", request, error);
        }
    }

    private async Task ReceiveAllAsync(PartialBlob partial, CancellationToken cancellationToken)
    {
        settings.Progress?.Report(new HubProgress(request.File!, partial.Length, content.Size));
        for (var isComplete = partial.IsFull; !isComplete;)
        {
            var start = partial.Length;
            try
            {
                isComplete = await connection.RepeatAsync(
                    request, token => ReceiveAsync(partial, token), cancellationToken).ConfigureAwait(false);
            }
            catch (HubException error) when (error.Reason == HubError.Connection && partial.Length > start)
            {
                settings.Logger.LogWarning("{Message} The download continues.", error.Message);
            }
        }
    }

    /// <summary>Sends one request and appends the content of the response. Returns true when the file is complete.</summary>
    private async ValueTask<bool> ReceiveAsync(PartialBlob partial, CancellationToken cancellationToken)
    {
        var address = settings.Address($"{request.Path}/resolve/{content.Commit}/{HubName.Escape(request.File!)}");
        using var response = await connection.SendAsync(
            HttpMethod.Get, address, request, partial.Length, onlyEndpoint: false, cancellationToken).ConfigureAwait(false);
        if (!Continues(response, partial))
        {
            partial.Restart();
            if ((int)response.StatusCode is 206 or 416)
                throw new TransientHubException(HubError.Server, "the server does not continue the download at the requested position.");
        }
        CheckLength(response, partial.Length);
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var (buffer, host) = (new byte[BufferBytes], HubErrors.HostOf(response));
        for (long reported = partial.Length; ;)
        {
            var count = await connection.ReceiveAsync(host, token => stream.ReadAsync(buffer, token), cancellationToken)
                .ConfigureAwait(false);
            if (count == 0) break;
            await partial.AppendAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            if (content.Size is null && partial.Length / ReportBytes > (partial.Length - count) / ReportBytes) CheckReservedSpace(partial);
            if (partial.Length - reported < ReportBytes && !partial.IsFull) continue;
            settings.Progress?.Report(new HubProgress(request.File!, reported = partial.Length, content.Size));
        }
        if (partial.Length < content.Size)
            throw new TransientHubException(HubError.Connection, $"the connection ended after {partial.Length} of {content.Size} bytes.");
        return true;
    }

    /// <summary>
    /// Returns whether the content of a response continues the partial file. If false, the content starts at the beginning of the file.
    /// </summary>
    private static bool Continues(HttpResponseMessage response, PartialBlob partial) =>
        partial.Length == 0 ? (int)response.StatusCode != 416
            : (int)response.StatusCode == 206 && response.Content.Headers.ContentRange?.From == partial.Length;

    private void CheckLength(HttpResponseMessage response, long start)
    {
        if (response.Content.Headers.ContentEncoding.Count > 0)
            throw request.Error(HubError.Server, $"{response.RequestMessage?.RequestUri?.Host} sent compressed data "
                + $"({string.Join(", ", response.Content.Headers.ContentEncoding)}), but uncompressed data is required. Check the proxy.");
        var total = response.Content.Headers.ContentRange?.Length ?? start + response.Content.Headers.ContentLength;
        if (content.Size is { } size && total is { } actual && actual != size)
            throw request.Error(HubError.Corrupted,
                $"the server announced {size} bytes, but sends {actual}. Nothing was stored. Try again, or check the proxy.");
    }

    /// <summary>A response of unknown length may never end, so it must not fill the disk.</summary>
    private void CheckReservedSpace(PartialBlob partial)
    {
        if (settings.FreeSpace(settings.CacheFolder) >= ReservedSpace) return;
        var length = partial.Length;
        partial.Restart();
        throw request.Error(HubError.Storage, $"the server did not announce the length of the file. After {length} bytes, the disk of "
            + $"'{settings.CacheFolder}' had less than {ReservedSpace >> 30} GB of free space. The data was deleted. Free disk space, or "
            + "choose another disk with HF_HOME or CacheFolder.");
    }

    private void CheckSpace(string path, long downloaded)
    {
        if (content.Size is not { } size) return;
        var folder = Path.GetDirectoryName(path)!;
        if (settings.FreeSpace(folder) is var free && free < size - downloaded)
            throw request.Error(HubError.Storage, $"the disk of '{folder}' has {free} bytes of free space, but the file needs "
                + $"{size - downloaded}. Free disk space, or choose another disk with HF_HOME or CacheFolder.");
    }
}
