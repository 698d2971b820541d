using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PeftSharp.Tests.Hub;

/// <summary>
/// An HTTP server with the interface of the Hugging Face Hub for uploads (and simple downloads), for tests on one machine. The Hub is the
/// host 127.0.0.1; the storage of large files is the host localhost, on the same port.
/// </summary>
internal sealed class UploadServer : IDisposable
{
    internal const string Token = "hf_test";
    private readonly HttpListener _listener = new();
    private readonly int _port = FreePort();

    internal UploadServer()
    {
        _listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _listener.Prefixes.Add($"http://localhost:{_port}/");
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    internal Uri Address => new($"http://127.0.0.1:{_port}");

    private string Storage => $"http://localhost:{_port}";

    /// <summary>The repositories: <c>owner/name</c>, or <c>datasets/owner/name</c>.</summary>
    internal ConcurrentDictionary<string, UploadRepository> Repositories { get; } = new(StringComparer.Ordinal);

    /// <summary>The content of large files by SHA-256.</summary>
    internal ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>The requests, such as <c>POST /api/repos/create</c>.</summary>
    internal ConcurrentQueue<string> Log { get; } = new();

    /// <summary>The tokens that the storage received.</summary>
    internal ConcurrentQueue<string> StorageTokens { get; } = new();

    /// <summary>Files of at least this size are large. Files that end with <c>.safetensors</c> always are.</summary>
    internal int LargeBytes { get; set; } = 1000;

    /// <summary>The size of the parts of large files. Null: they are uploaded in one part.</summary>
    internal int? PartBytes { get; set; }

    /// <summary>Returns the status of a request instead of its response. Null: the response. Negative: the connection is closed.</summary>
    internal Func<string, int?>? Fail { get; set; }

    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task AcceptAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try { context = await _listener.GetContextAsync().ConfigureAwait(false); }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException) { return; }
            _ = Task.Run(() => ServeAsync(context));
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            using var body = new MemoryStream();
            await request.InputStream.CopyToAsync(body).ConfigureAwait(false);
            var line = $"{request.HttpMethod} {request.RawUrl}";
            Log.Enqueue(line);
            if (request.UserHostName.StartsWith("localhost", StringComparison.Ordinal) && request.Headers["Authorization"] is { } sent)
                StorageTokens.Enqueue(sent);
            if (Fail?.Invoke(line) is { } status)
            {
                if (status < 0)
                {
                    response.ContentLength64 = 100;                                 // a response that ends too early
                    await response.OutputStream.WriteAsync(new byte[1]).ConfigureAwait(false);
                    response.Abort();
                    return;
                }
                await SendAsync(request, response, status, "{\"error\": \"as requested by the test\"}"u8.ToArray()).ConfigureAwait(false);
                return;
            }
            var (code, answer) = Respond(request, response, body.ToArray());
            await SendAsync(request, response, code, answer).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpListenerException or IOException or ObjectDisposedException) { }   // the client has gone
    }

    private static async Task SendAsync(HttpListenerRequest request, HttpListenerResponse response, int status, byte[] body)
    {
        response.StatusCode = status;
        response.ContentLength64 = body.Length;
        if (request.HttpMethod != "HEAD") await response.OutputStream.WriteAsync(body).ConfigureAwait(false);
        response.Close();
    }

    private (int Status, byte[] Body) Respond(HttpListenerRequest request, HttpListenerResponse response, byte[] body)
    {
        var path = request.RawUrl!.Split('?')[0];
        var parts = path.Split('/').Select(Uri.UnescapeDataString).ToArray()[1..];
        if (parts[0] == "storage") return Store(request, response, parts[1], body);
        var mayWrite = request.Headers["Authorization"] == $"Bearer {Token}";
        if (request.HttpMethod == "POST" && !mayWrite && parts[0] != "complete")
            return Json(request.Headers["Authorization"] is null ? 401 : 403, new { error = "no write access" });
        if (path == "/api/whoami-v2") return Json(200, new { name = "me", type = "user" });
        if (path == "/api/validate-yaml") return Validate(body);
        if (path == "/api/repos/create") return Create(body);
        if (parts[0] == "complete") return Complete(parts[1], body);
        if (parts[0] == "verify") return Json(Objects.ContainsKey(parts[1]) ? 200 : 404, new { });
        if (path.EndsWith(".git/info/lfs/objects/batch", StringComparison.Ordinal)) return Batch(body);
        if (parts is ["api", "models" or "datasets", ..])
            return Api(response, (parts[1] == "datasets" ? "datasets/" : "") + $"{parts[2]}/{parts[3]}", parts[4..], body);
        var at = Array.IndexOf(parts, "resolve");
        if (at < 1 || !Repositories.TryGetValue(string.Join('/', parts[..at]), out var repository))
            return Json(404, new { error = "not found" });
        return Resolve(response, repository, string.Join('/', parts[(at + 2)..]));
    }

    private static (int, byte[]) Resolve(HttpListenerResponse response, UploadRepository repository, string file)
    {
        response.Headers["X-Repo-Commit"] = repository.Commit;
        if (!repository.Files.TryGetValue(file, out var content))
        {
            response.Headers["X-Error-Code"] = "EntryNotFound";
            return Json(404, new { error = "Entry not found" });
        }
        response.Headers["ETag"] = $"\"{UploadRepository.GitHash(content)}\"";
        return (200, content);
    }

    private (int, byte[]) Api(HttpListenerResponse response, string name, string[] rest, byte[] body)
    {
        if (!Repositories.TryGetValue(name, out var repository))
        {
            response.Headers["X-Error-Code"] = "RepoNotFound";
            return Json(404, new { error = "Repository not found" });
        }
        return rest switch
        {
            ["preupload", _] => Preupload(repository, body),
            ["commit", _] => Commit(name, repository, body),
            ["tree", ..] => Json(200, repository.Files.Select(file => new
            {
                type = "file",
                path = file.Key,
                size = file.Value.Length,
                oid = UploadRepository.GitHash(file.Value),
            })),
            _ => Json(200, new
            {
                id = name,
                sha = repository.Commit,
                siblings = repository.Files.Keys.Select(file => new { rfilename = file }),
                @private = repository.IsPrivate,
                downloads = 0,
                likes = 0,
                tags = Array.Empty<string>(),
            }),
        };
    }

    private static (int, byte[]) Validate(byte[] body)
    {
        var content = JsonDocument.Parse(body).RootElement.GetProperty("content").GetString()!;
        return content.Contains("license: [", StringComparison.Ordinal)
            ? Json(400, new { errors = new[] { new { message = "\"license\" must be a string" } } })
            : Json(200, new { errors = Array.Empty<object>(), warnings = Array.Empty<object>() });
    }

    private (int, byte[]) Create(byte[] body)
    {
        var json = JsonDocument.Parse(body).RootElement;
        var owner = json.GetProperty("organization").GetString() ?? "me";
        var name = $"{owner}/{json.GetProperty("name").GetString()}";
        if (owner == "other") return Json(403, new { error = "You don't have the rights to create a model under the namespace \"other\"" });
        var type = json.TryGetProperty("type", out var its) ? its.GetString() : "model";
        var prefix = type == "dataset" ? "datasets/" : "";
        var isPrivate = json.TryGetProperty("visibility", out var visibility) && visibility.GetString() == "private";
        return Repositories.TryAdd(prefix + name, new UploadRepository { IsPrivate = isPrivate })
            ? Json(200, new { url = $"{Address}{prefix}{name}", name })
            : Json(409, new { error = "You already created this model repo", url = $"{Address}{prefix}{name}" });
    }

    private (int, byte[]) Preupload(UploadRepository repository, byte[] body) => Json(200, new
    {
        files = JsonDocument.Parse(body).RootElement.GetProperty("files").EnumerateArray().Select(file =>
        {
            var path = file.GetProperty("path").GetString()!;
            var isLarge = file.GetProperty("size").GetInt64() >= LargeBytes || path.EndsWith(".safetensors", StringComparison.Ordinal);
            return new
            {
                path,
                uploadMode = isLarge ? "lfs" : "regular",
                shouldIgnore = path.EndsWith(".ignored", StringComparison.Ordinal),
                oid = repository.Files.TryGetValue(path, out var content) ? UploadRepository.Hash(content, isLarge) : null,
            };
        }).ToArray(),
    });

    private (int, byte[]) Batch(byte[] body) => Json(200, new
    {
        transfer = "basic",
        objects = JsonDocument.Parse(body).RootElement.GetProperty("objects").EnumerateArray().Select(item =>
        {
            var (oid, size) = (item.GetProperty("oid").GetString()!, item.GetProperty("size").GetInt64());
            if (Objects.ContainsKey(oid)) return (object)new { oid, size };
            var verify = new { href = $"{Address}verify/{oid}" };
            if (PartBytes is not { } part)
                return new { oid, size, actions = new { upload = new { href = $"{Storage}/storage/{oid}" }, verify } };
            var header = Enumerable.Range(1, (int)((size + part - 1) / part)).ToDictionary(
                i => i.ToString(CultureInfo.InvariantCulture), i => $"{Storage}/storage/{oid}?part={i}");
            header["chunk_size"] = part.ToString(CultureInfo.InvariantCulture);
            return new { oid, size, actions = new { upload = new { href = $"{Address}complete/{oid}", header }, verify } };
        }).ToArray(),
    });

    private (int, byte[]) Store(HttpListenerRequest request, HttpListenerResponse response, string oid, byte[] body)
    {
        if (request.QueryString["part"] is { } part)
        {
            response.Headers["ETag"] = $"\"part-{part}\"";
            Objects[$"{oid}/{part}"] = body;
            return (200, []);
        }
        if (UploadRepository.Hash(body, isLarge: true) != oid) return Json(400, new { error = "BadDigest" });
        Objects[oid] = body;
        return (200, []);
    }

    private (int, byte[]) Complete(string oid, byte[] body)
    {
        var content = JsonDocument.Parse(body).RootElement.GetProperty("parts").EnumerateArray().SelectMany(part =>
        {
            var number = part.GetProperty("partNumber").GetInt32();
            part.GetProperty("etag").GetString().Should().Be($"\"part-{number}\"");
            return Objects[$"{oid}/{number}"];
        }).ToArray();
        if (UploadRepository.Hash(content, isLarge: true) != oid) return Json(400, new { error = "BadDigest" });
        Objects[oid] = content;
        return Json(200, new { });
    }

    private (int, byte[]) Commit(string name, UploadRepository repository, byte[] body)
    {
        var lines = Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => (Key: line.GetProperty("key").GetString(), Value: line.GetProperty("value"))).ToArray();
        var header = lines[0].Value;
        if (header.TryGetProperty("parentCommit", out var parent) && parent.GetString() != repository.Commit)
            return Json(412, new { error = "A commit has happened since. Please refresh and try again." });
        foreach (var (key, value) in lines[1..])
        {
            var path = value.GetProperty("path").GetString()!;
            if (key == "deletedFile")
                repository.Files.Remove(path).Should().BeTrue("only files that exist can be deleted");
            else
                repository.Files[path] = key == "file" ? Convert.FromBase64String(value.GetProperty("content").GetString()!)
                : Objects[value.GetProperty("oid").GetString()!];
        }
        repository.Titles.Add(header.GetProperty("summary").GetString()!);
        repository.Commit = Convert.ToHexStringLower(SHA256.HashData(body))[..40];
        return Json(200, new
        {
            success = true,
            commitOid = repository.Commit,
            commitUrl = $"{Address}{name}/commit/{repository.Commit}",
            hookOutput = "",
            pullRequestUrl = $"{Address}{name}/discussions/1",
        });
    }

    private static (int, byte[]) Json(int status, object value) => (status, JsonSerializer.SerializeToUtf8Bytes(value));
}
