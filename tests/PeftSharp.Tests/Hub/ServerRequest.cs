namespace PeftSharp.Tests.Hub;

/// <summary>A request that <see cref="HubServer"/> received.</summary>
internal sealed record ServerRequest(string Method, string Host, string Path, IReadOnlyDictionary<string, string> Headers)
{
    internal string? Header(string name) => Headers.GetValueOrDefault(name);
}
