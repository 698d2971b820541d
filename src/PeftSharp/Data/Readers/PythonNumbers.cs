namespace PeftSharp.Data;

/// <summary>Reads NaN, Infinity and -Infinity, which Python's <c>json</c> module writes although RFC 8259 does not allow them.</summary>
/// <remarks>
/// These values are replaced by numbers that do not occur in files, because <see cref="System.Text.Json.Utf8JsonReader"/> rejects NaN and
/// infinity.
/// </remarks>
internal static class PythonNumbers
{
    private static ReadOnlySpan<byte> NaN => "0e99999999"u8;
    private static ReadOnlySpan<byte> Infinity => "1e99999999"u8;

    /// <summary>Replaces such numbers outside of strings. Returns the same memory if there are none.</summary>
    internal static ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("NaN"u8) < 0 && json.IndexOf("Infinity"u8) < 0)
            return json;
        var rewritten = new List<byte>(json.Length + 64);
        var inString = false;
        for (var index = 0; index < json.Length; index++)
        {
            if (inString && json[index] == '\\' && index + 1 < json.Length)
                rewritten.Add(json[index++]);
            else if (json[index] == '"')
                inString = !inString;
            var length = inString ? 0 : Replace(json[index..], rewritten);
            if (length == 0)
                rewritten.Add(json[index]);
            index += Math.Max(length - 1, 0);
        }
        return rewritten.ToArray();
    }

    /// <summary>Returns the value of a replaced number; null for any other token.</summary>
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
