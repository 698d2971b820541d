using System.Globalization;
using System.Net;

namespace PeftSharp.Hub;

/// <summary>The proxy of the process, with the exceptions of the variable <c>NO_PROXY</c> as Python's HTTP clients read it.</summary>
/// <remarks>
/// .NET compares <c>NO_PROXY</c> with the whole name of a host or, after a leading dot, with the end of the name. Python's clients also
/// accept <c>*</c>, the end of a name without a leading dot, a port, and a range of addresses (<c>10.0.0.0/8</c>).
/// </remarks>
internal sealed class HubProxy : IWebProxy
{
    private readonly IWebProxy _proxy;
    private readonly string[] _exceptions;

    /// <param name="proxy">The proxy of the process (<see cref="HttpClient.DefaultProxy"/>).</param>
    /// <param name="exceptions">
    /// The hosts that are reached directly, separated by commas. Null: the exceptions of <paramref name="proxy"/>.
    /// </param>
    internal HubProxy(IWebProxy proxy, string? exceptions) =>
        (_proxy, _exceptions) =
            (proxy, exceptions?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []);

    public ICredentials? Credentials
    {
        get => _proxy.Credentials;
        set => _proxy.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : _proxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => _exceptions.Any(exception => IsException(exception, host)) || _proxy.IsBypassed(host);

    private static bool IsException(string exception, Uri address)
    {
        if (exception == "*") return true;
        if (IPNetwork.TryParse(exception, out var range))
            return IPAddress.TryParse(address.DnsSafeHost, out var host) && range.Contains(host);
        if (!IPAddress.TryParse(exception, out _) && exception.LastIndexOf(':') is >= 0 and var colon
            && int.TryParse(exception.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            if (port != address.Port) return false;
            exception = exception[..colon];
        }
        var name = exception.TrimStart('.').Trim('[', ']');
        return name.Length > 0 && (address.DnsSafeHost.Equals(name, StringComparison.OrdinalIgnoreCase)
            || address.DnsSafeHost.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase));
    }
}
