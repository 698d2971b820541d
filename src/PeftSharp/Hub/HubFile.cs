namespace PeftSharp.Hub;

/// <summary>What the Hub reports about a file of a revision.</summary>
/// <param name="Commit">The hash of the commit.</param>
/// <param name="ETag">The name of the content, usually a hash (<see cref="BlobHash"/>).</param>
/// <param name="Size">Size in bytes. Null: unknown.</param>
internal sealed record HubFile(string Commit, string ETag, long? Size);
