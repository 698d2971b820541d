namespace PeftSharp.Tests.Hub;

/// <summary>A response of <see cref="HubServer"/>.</summary>
internal sealed record ServerResponse(int Status, params (string Name, string Value)[] Headers)
{
    /// <summary>The content. It is not sent to HEAD requests, but its length is.</summary>
    internal byte[] Body { get; init; } = [];

    /// <summary>The value of Content-Length. Null: the length of the content; negative: no header.</summary>
    internal long? DeclaredLength { get; init; }

    /// <summary>Number of bytes of the content after which the connection is closed. Null: all.</summary>
    internal int? CutAfter { get; init; }

    /// <summary>Number of bytes of the content after which the server waits until it is disposed. Null: it does not wait.</summary>
    internal int? StallAfter { get; init; }
}
