namespace PeftSharp.Serialization;

/// <summary>
/// Compares keys of dictionaries and elements of sets. Hash codes are different in each process, so a file cannot be crafted to make many
/// keys collide.
/// </summary>
internal sealed class PickleKeyComparer : IEqualityComparer<object>
{
    internal static readonly PickleKeyComparer Instance = new();

    bool IEqualityComparer<object>.Equals(object? x, object? y) =>
        x is byte[] a && y is byte[] b ? a.AsSpan().SequenceEqual(b) : Equals(x, y);

    public int GetHashCode(object obj)
    {
        if (obj is not byte[] bytes) return HashCode.Combine(obj);
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
