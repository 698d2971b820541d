using System.Globalization;
using System.Numerics;

namespace PeftSharp.Data;

/// <summary>The offsets of an Arrow array, which are checked when they are read.</summary>
/// <typeparam name="T">Int32 or int64 (large strings and lists).</typeparam>
/// <param name="offsets">List i has the items [offsets[i], offsets[i + 1]).</param>
/// <param name="count">The number of lists.</param>
/// <param name="limit">The number of items, or of bytes.</param>
/// <param name="place">The column, for messages.</param>
internal sealed class MappedOffsets<T>(MappedBuffer offsets, int count, long limit, MappedPlace place) : ListOffsets
    where T : unmanaged, IBinaryInteger<T>
{
    internal override int Count => count;

    internal override (long Start, int Count) this[int index]
    {
        get
        {
            var (start, end) = (long.CreateTruncating(offsets.Read<T>(index)), long.CreateTruncating(offsets.Read<T>(index + 1L)));
            return start >= 0 && start <= end && end <= limit && end - start <= int.MaxValue
                ? (start, (int)(end - start))
                : throw place.Damaged(string.Create(CultureInfo.InvariantCulture,
                    $"Value {index} has the offsets {start} and {end}, which are not ascending numbers up to {limit}."));
        }
    }
}
