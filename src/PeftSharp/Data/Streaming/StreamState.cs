using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>Reads the values of a stored state of a stream.</summary>
internal static class StreamState
{
    /// <exception cref="DatasetException">The state has no such integer.</exception>
    internal static long Integer(this JsonObject state, string name) =>
        state[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number
        : state[name] is JsonValue other && other.TryGetValue<int>(out var small) ? small
        : throw Malformed(name);

    /// <exception cref="DatasetException">The state has no such boolean.</exception>
    internal static bool Boolean(this JsonObject state, string name) =>
        state[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Malformed(name);

    /// <exception cref="DatasetException">The state has no such text.</exception>
    internal static string Text(this JsonObject state, string name) =>
        state[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Malformed(name);

    /// <exception cref="DatasetException">The state has no such object.</exception>
    internal static JsonObject Object(this JsonObject state, string name) => state[name] as JsonObject ?? throw Malformed(name);

    /// <exception cref="DatasetException">The state has no such list, or the list has another length.</exception>
    internal static JsonArray List(this JsonObject state, string name, int length) =>
        state[name] is JsonArray list && list.Count == length ? list : throw Malformed(name);

    /// <summary>Converts integers to Base64, because the state of a shuffle buffer can contain many thousands of integers.</summary>
    internal static string Pack(ReadOnlySpan<int> values) =>
        Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values));

    /// <exception cref="DatasetException">The state has no such integers.</exception>
    internal static int[] Unpack(this JsonObject state, string name)
    {
        try
        {
            var bytes = Convert.FromBase64String(state.Text(name));
            if (bytes.Length % sizeof(int) == 0)
                return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(bytes).ToArray();
        }
        catch (FormatException) { }
        throw Malformed(name);
    }

    internal static DatasetException Malformed(string name) =>
        new($"The state of the stream is damaged: its entry '{name}' is missing or has another type. "
            + "Load a state that StateDict returned, or start the stream from the beginning.");
}
