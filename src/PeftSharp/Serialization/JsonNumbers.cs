using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Serialization;

/// <summary>Converts numeric JSON nodes whose value has any .NET number type. System.Text.Json converts between types only for nodes
/// that were parsed from text.</summary>
internal static class JsonNumbers
{
    internal static bool TryDouble(JsonNode node, out double value)
    {
        value = 0;
        if (node is not JsonValue number || node.GetValueKind() != JsonValueKind.Number)
            return false;
        if (number.TryGetValue(out value))
            return true;
        if (number.TryGetValue(out float single))
            value = single;
        else if (number.TryGetValue(out long wide))
            value = wide;
        else                                                                              // another integer type, or decimal
            value = double.Parse(number.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>Gets an integer, which may be written as a float (<c>3.0</c>).</summary>
    internal static bool TryLong(JsonNode node, out long value)
    {
        value = 0;
        if (node is JsonValue number && number.TryGetValue(out value))
            return true;
        // Above 2^53 a double does not identify a single integer.
        if (!TryDouble(node, out var real) || Math.Abs(real) > 1L << 53 || real != Math.Truncate(real))
            return false;
        value = (long)real;
        return true;
    }

    internal static bool TryInt(JsonNode node, out int value)
    {
        var fits = TryLong(node, out var wide) && wide is >= int.MinValue and <= int.MaxValue;
        value = fits ? (int)wide : 0;
        return fits;
    }
}
