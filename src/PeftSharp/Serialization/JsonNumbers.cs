using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Serialization;

/// <summary>Numbers out of JSON nodes, whatever .NET type the node was made of: System.Text.Json converts only those that came from text.</summary>
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
        else
            value = double.Parse(number.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);   // the other integer types, decimal
        return true;
    }

    /// <summary>Whole numbers, also those written as floats (<c>3.0</c>).</summary>
    internal static bool TryLong(JsonNode node, out long value)
    {
        value = 0;
        if (node is JsonValue number && number.TryGetValue(out value))
            return true;
        // Beyond 2^53 a float does not say which whole number was meant.
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
