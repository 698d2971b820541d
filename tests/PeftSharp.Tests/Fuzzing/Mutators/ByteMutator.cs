namespace PeftSharp.Tests.Fuzzing;

/// <summary>Changes bytes: flips, extreme values, removal, repetition and truncation.</summary>
internal static class ByteMutator
{
    private static readonly byte[][] _extremes =
    [
        [0], [0xff], [0x7f], [0x80], [0, 0], [0xff, 0xff], [0xff, 0x7f], [0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f],
        [0x7f, 0xff, 0xff, 0xff], [0, 0, 0, 0x80], [0x80, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0xff, 0xff, 0xff, 0xff, 0x0f],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0, 0, 0, 0, 0x80],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
    ];

    /// <param name="random">The random numbers.</param>
    /// <param name="content">The valid bytes.</param>
    /// <param name="from">The first byte that may change.</param>
    /// <param name="to">The end of the bytes that may change. Null: the end.</param>
    internal static byte[] Mutate(FuzzRandom random, byte[] content, int from = 0, int? to = null)
    {
        var bytes = content.ToList();
        for (var edits = random.Few(); edits > 0 && bytes.Count > from; edits--)
        {
            var end = Math.Min(to ?? bytes.Count, bytes.Count);
            if (end <= from) break;
            var at = random.Next(from, end);
            switch (random.Next(9))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 16), bytes.Count - at));
                    break;
                case 1:
                    bytes.InsertRange(at, random.Bytes(random.Next(1, 9)));
                    break;
                case 2:
                    var length = Math.Min(random.Next(1, 64), end - at);
                    bytes.InsertRange(random.Next(from, end), bytes.GetRange(at, length));
                    break;
                case 3 or 4:
                    var value = random.Pick(_extremes);
                    for (var i = 0; i < value.Length && at + i < bytes.Count; i++) bytes[at + i] = value[i];
                    break;
                case 5 when random.OneIn(3):
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6:
                    bytes[at] = (byte)(bytes[at] + random.Next(-3, 4));
                    break;
                case 7:
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return [.. bytes];
    }
}
