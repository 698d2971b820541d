namespace PeftSharp.Tests.Fuzzing;

/// <summary>Changes the fields of a protobuf message: removes, repeats and shortens them, and writes wrong types and lengths.</summary>
internal static class ProtobufMutator
{
    internal static byte[] Mutate(FuzzRandom random, byte[] content, int depth = 0)
    {
        var fields = Split(content);
        if (fields.Count == 0 || random.OneIn(6)) return ByteMutator.Mutate(random, content);
        for (var edits = random.Few(); edits > 0 && fields.Count > 0; edits--)
        {
            // The last fields are the settings, which are few beside the pieces of the vocabulary.
            var at = random.OneIn(2) ? random.Next(fields.Count) : fields.Count - 1 - random.Next(Math.Min(3, fields.Count));
            var (tag, value) = fields[at];
            switch (random.Next(8))
            {
                case 0:
                    fields.RemoveAt(at);
                    break;
                case 1:
                    fields.Insert(random.Next(fields.Count + 1), (tag, value));
                    break;
                case 2:
                    fields[at] = ((uint)random.Next(0, 400), value);
                    break;
                case 3:
                    fields[at] = (tag & ~7u | (uint)random.Next(8), value);
                    break;
                case 4 when fields.Count > 4:
                    fields.RemoveRange(at, Math.Min(fields.Count - at, random.Next(1, fields.Count)));
                    break;
                default:
                    fields[at] = (tag, Inner(random, tag, value, depth));
                    break;
            }
        }
        return [.. fields.SelectMany(field => (byte[])[.. Varint(field.Tag), .. field.Value])];
    }

    private static byte[] Inner(FuzzRandom random, uint tag, byte[] value, int depth)
    {
        if ((tag & 7) != 2)
            return random.OneIn(2) ? Varint((ulong)random.Next(int.MaxValue) << random.Next(33)) : ByteMutator.Mutate(random, value);
        var (length, at) = ReadVarint(value, 0);
        if (at + (int)length != value.Length) return ByteMutator.Mutate(random, value);
        var inner = depth < 3 && random.OneIn(2) ? Mutate(random, value[at..], depth + 1) : ByteMutator.Mutate(random, value[at..]);
        return [.. Varint(random.OneIn(10) ? (ulong)random.Next(int.MaxValue) << random.Next(33) : (ulong)inner.Length), .. inner];
    }

    /// <summary>Tag, and the bytes of the value with its length; empty if the bytes are not a message.</summary>
    private static List<(uint Tag, byte[] Value)> Split(byte[] content)
    {
        var fields = new List<(uint, byte[])>();
        for (var at = 0; at < content.Length;)
        {
            var (tag, start) = ReadVarint(content, at);
            var end = (tag & 7) switch
            {
                0 => ReadVarint(content, start).End,
                1 => start + 8,
                2 => ReadVarint(content, start) is var (length, from) && length < (ulong)content.Length ? from + (int)length : int.MaxValue,
                5 => start + 4,
                _ => int.MaxValue,
            };
            if (end > content.Length || end < start) return [];
            fields.Add(((uint)tag, content[start..end]));
            at = end;
        }
        return fields;
    }

    private static (ulong Value, int End) ReadVarint(byte[] content, int at)
    {
        var value = 0UL;
        for (var shift = 0; at < content.Length && shift < 64; shift += 7)
        {
            var part = content[at++];
            value |= (ulong)(part & 127) << shift;
            if (part < 128) return (value, at);
        }
        return (value, int.MaxValue / 2);
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7) bytes.Add((byte)(value | 128));
        return [.. bytes, (byte)value];
    }
}
