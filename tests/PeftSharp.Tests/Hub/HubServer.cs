using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace PeftSharp.Tests.Hub;

/// <summary>
/// An HTTP server with the interface of the Hugging Face Hub, for tests on one machine. The Hub is the host 127.0.0.1; the storage of large
/// files is the host localhost, on the same port.
/// </summary>
internal sealed class HubServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _closeStalled = new();

    internal HubServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    internal Uri Address => new($"http://127.0.0.1:{Port}");

    internal string Storage => $"http://localhost:{Port}";

    internal Dictionary<string, ServerRepository> Repositories { get; } = new(StringComparer.Ordinal);

    internal ConcurrentQueue<ServerRequest> Requests { get; } = new();

    /// <summary>Replaces a response. Returning null keeps the response.</summary>
    internal Func<ServerRequest, ServerResponse, ServerResponse?>? Change { get; set; }

    /// <summary>Number of bytes of content that were sent.</summary>
    internal long SentBytes => Interlocked.Read(ref _sent);

    private long _sent;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of files in a page of a list of files.</summary>
    internal int PageSize { get; set; } = 1000;

    /// <summary>Adds a dataset repository, whose files are texts.</summary>
    internal ServerRepository AddDataset(string name, params (string File, string Text)[] files) =>
        Add($"datasets/{name}", [.. files.Select(file => (file.File, Encoding.UTF8.GetBytes(file.Text)))]);

    /// <summary>Adds a repository. The name of a dataset starts with "datasets/".</summary>
    internal ServerRepository Add(string name, params (string File, byte[] Content)[] files)
    {
        var repository = Repositories[name] = new ServerRepository();
        foreach (var (file, content) in files) repository.Files[file] = content;
        return repository;
    }

    internal IEnumerable<string> Log => Requests.Select(request => $"{request.Method} {request.Path}");

    /// <summary>Closes the connections that wait because of <see cref="ServerResponse.StallAfter"/>.</summary>
    internal void CloseStalled() => _closeStalled.Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        _closeStalled.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try { client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false); }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException) { return; }
            _ = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                if (await ReadAsync(reader).ConfigureAwait(false) is not { } request) return;
                Requests.Enqueue(request);
                var response = Respond(request);
                response = Change?.Invoke(request, response) ?? response;
                await SendAsync(client, stream, request, response).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException) { }  // the client has gone
        }
    }

    private static async Task<ServerRequest?> ReadAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync().ConfigureAwait(false) is not { Length: > 0 } start) return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        var parts = start.Split(' ');
        return new ServerRequest(parts[0], headers["Host"], parts[1], headers);
    }

    private async Task SendAsync(TcpClient client, NetworkStream stream, ServerRequest request, ServerResponse response)
    {
        var head = new StringBuilder($"HTTP/1.1 {response.Status} Status\r\nConnection: close\r\n");
        foreach (var (name, value) in response.Headers) head.Append($"{name}: {value}\r\n");
        if ((response.DeclaredLength ?? response.Body.Length) is >= 0 and var length) head.Append($"Content-Length: {length}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString())).ConfigureAwait(false);
        if (request.Method == "HEAD") return;
        var body = response.Body.AsMemory(0, Math.Min(response.CutAfter ?? response.StallAfter ?? int.MaxValue, response.Body.Length));
        await stream.WriteAsync(body).ConfigureAwait(false);
        Interlocked.Add(ref _sent, body.Length);
        if (response.StallAfter is not null) await Task.Delay(Timeout.Infinite, _closeStalled.Token).ConfigureAwait(false);
        if (response.CutAfter is not null) client.Client.Shutdown(SocketShutdown.Both);
    }

    private ServerResponse Respond(ServerRequest request)
    {
        var parts = request.Path.Split('?')[0].Split('/').Select(Uri.UnescapeDataString).ToArray()[1..];
        if (parts is ["storage", var etag])
            return Content(request, Repositories.Values.Concat(Repositories.Values.SelectMany(repository => repository.Branches.Values))
                .SelectMany(repository => repository.LargeFiles
                .Where(file => repository.ETag(file) == etag).Select(file => repository.Files[file])).First(), ("ETag", "\"storage\""));
        if (parts is ["api", "models" or "datasets", ..])
        {
            var at = Array.FindIndex(parts, part => part is "revision" or "tree");
            var repositoryName = string.Join('/', parts[1] == "datasets" ? parts[1..at] : parts[2..at]);
            if (Find(repositoryName, parts[at + 1]) is not { } found) return Missing(repositoryName);
            return parts[at] == "tree" ? Tree(request, found)
                : Json(new { sha = found.Commit, siblings = found.Files.Keys.Select(file => new { rfilename = file }) });
        }
        var resolve = Array.IndexOf(parts, "resolve");
        if (resolve < 1) return new ServerResponse(404);
        var (name, revision, path) = (string.Join('/', parts[..resolve]), parts[resolve + 1], string.Join('/', parts[(resolve + 2)..]));
        if (Find(name, revision) is not { } repository) return Missing(name);
        if (!repository.Files.TryGetValue(path, out var content))
            return new ServerResponse(404, ("X-Error-Code", "EntryNotFound"), ("X-Error-Message", "Entry not found"),
                ("X-Repo-Commit", repository.Commit));
        var commit = ("X-Repo-Commit", repository.Commit);
        return repository.LargeFiles.Contains(path)
            ? new ServerResponse(302, commit, ("Location", $"{Storage}/storage/{repository.ETag(path)}"),
                ("X-Linked-Etag", $"\"{repository.ETag(path)}\""), ("X-Linked-Size", $"{content.Length}"))
            : Content(request, content, commit, ("ETag", $"\"{repository.ETag(path)}\""));
    }

    private ServerRepository? Find(string name, string revision) => !Repositories.TryGetValue(name, out var found) ? null
        : found.Branches.TryGetValue(revision, out var branch) ? branch
        : found.Branches.Values.FirstOrDefault(other => other.Commit == revision)
            ?? (found.Revisions.Contains(revision) || found.Commit == revision ? found : null);

    /// <summary>A page of the list of files and folders. The address of the next page is in the header <c>Link</c>.</summary>
    private ServerResponse Tree(ServerRequest request, ServerRepository repository)
    {
        var cursor = request.Path.Split("&cursor=") is [_, var text]
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var folders = repository.Files.Keys.Where(file => file.Contains('/', StringComparison.Ordinal))
            .Select(file => file[..file.LastIndexOf('/')]).Distinct()
            .Select(folder => (object)new { type = "directory", oid = new string('0', 40), size = 0, path = folder });
        var files = repository.Files.Select(file => (object)new
        {
            type = "file",
            oid = repository.ETag(file.Key),
            size = file.Value.Length,
            path = file.Key,
            lfs = repository.LargeFiles.Contains(file.Key)
                ? new { oid = repository.ETag(file.Key), size = file.Value.Length, pointerSize = 134 } : null,
        });
        var all = folders.Concat(files).ToArray();
        var page = Json(all.Skip(cursor).Take(PageSize));
        var next = $"{Address}{request.Path.Split("&cursor=")[0].TrimStart('/')}&cursor={cursor + PageSize}";
        return cursor + PageSize >= all.Length ? page
            : page with { Headers = [.. page.Headers, ("Link", $"<{next}>; rel=\"next\"")] };
    }

    private ServerResponse Missing(string name) => Repositories.ContainsKey(name)
        ? new ServerResponse(404, ("X-Error-Code", "RevisionNotFound"))
        : new ServerResponse(401, ("X-Error-Code", "RepoNotFound"), ("X-Error-Message", "Repository not found"));

    private static ServerResponse Json(object value) =>
        new(200, ("Content-Type", "application/json")) { Body = JsonSerializer.SerializeToUtf8Bytes(value) };

    private static ServerResponse Content(ServerRequest request, byte[] content, params (string, string)[] headers)
    {
        if (request.Header("Range") is not { } range) return new ServerResponse(200, headers) { Body = content };
        var start = int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
        if (start >= content.Length) return new ServerResponse(416, [.. headers, ("Content-Range", $"bytes */{content.Length}")]);
        return new ServerResponse(206, [.. headers, ("Content-Range", $"bytes {start}-{content.Length - 1}/{content.Length}")])
        { Body = content[start..] };
    }
}
