namespace PeftSharp.Data;

/// <summary>The numbers NaN, Infinity and -Infinity, which Python's json module writes and RFC 8259 does not have.</summary>
/// <remarks>They are rewritten as numbers that no program writes, so that <see cref="System.Text.Json.Utf8JsonReader"/> accepts them.</remarks>
internal static class PythonNumbers
{
    private static ReadOnlySpan<byte> NaN => "0e99999999"u8;
    private static ReadOnlySpan<byte> Infinity => "1e99999999"u8;

    /// <summary>The text itself, unless it has such a number outside of its strings.</summary>
    internal static ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("NaN"u8) < 0 && json.IndexOf("Infinity"u8) < 0)
            return json;
        var rewritten = new List<byte>(json.Length + 64);
        var inString = false;
        for (var at = 0; at < json.Length; at++)
        {
            if (inString && json[at] == '\\' && at + 1 < json.Length)
                rewritten.Add(json[at++]);
            else if (json[at] == '"')
                inString = !inString;
            var word = inString ? 0 : Replace(json[at..], rewritten);
            if (word == 0)
                rewritten.Add(json[at]);
            at += Math.Max(word - 1, 0);
        }
        return rewritten.ToArray();
    }

    /// <summary>The number that such a token stands for; null for every other number.</summary>
    internal static double? Read(ReadOnlySpan<byte> token) =>
        token.SequenceEqual(NaN) ? double.NaN
        : token.SequenceEqual(Infinity) ? double.PositiveInfinity
        : token.Length > 1 && token[0] == '-' && token[1..].SequenceEqual(Infinity) ? double.NegativeInfinity
        : null;

    private static int Replace(ReadOnlySpan<byte> json, List<byte> rewritten)
    {
        if (json.StartsWith("NaN"u8))
        {
            rewritten.AddRange(NaN);
            return 3;
        }
        if (json.StartsWith("Infinity"u8))
        {
            rewritten.AddRange(Infinity);
            return 8;
        }
        return 0;
    }
}
