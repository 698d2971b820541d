using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PeftSharp.Tests.Hub;

/// <summary>A server that sends the description of a repository in pieces, with a pause before each.</summary>
internal sealed class SlowServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _body;
    private readonly int _pieces;
    private readonly TimeSpan _pause;

    internal SlowServer(string commit, int pieces, TimeSpan pause)
    {
        _body = Encoding.ASCII.GetBytes($$"""{"sha": "{{commit}}", "siblings": []}""".PadRight(pieces * 10));
        (_pieces, _pause) = (pieces, pause);
        _listener.Start();
        _ = AcceptAsync();
    }

    internal Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = SendAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException) { }                      // disposed
    }

    private async Task SendAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                await stream.ReadAtLeastAsync(new byte[4096], 1).ConfigureAwait(false);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {_body.Length}\r\n\r\n")).ConfigureAwait(false);
                for (var i = 0; i < _pieces; i++)
                {
                    await Task.Delay(_pause).ConfigureAwait(false);
                    await stream.WriteAsync(_body.AsMemory((_body.Length * i / _pieces)..(_body.Length * (i + 1) / _pieces)))
                        .ConfigureAwait(false);
                }
            }
            catch (Exception error) when (error is IOException or SocketException) { }                              // the client has gone
        }
    }
}
