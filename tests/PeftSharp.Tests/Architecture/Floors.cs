namespace PeftSharp.Tests.Architecture;

/// <summary>The layers of the library: which namespace may refer to which.</summary>
internal static class Floors
{
    private static readonly Dictionary<string, int> _floorOf = new()
    {
        ["Prediction"] = 5,
        ["Training"] = 4, ["Generation"] = 4,
        ["Models"] = 3, ["Tuners"] = 3,
        ["Modeling"] = 2, ["Optimization"] = 2,
        ["Kernels"] = 1, ["Serialization"] = 1, ["Data"] = 1, ["Tokenization"] = 1, ["Metrics"] = 1,
        ["Native"] = 0, ["Hub"] = 0,
        ["Internal"] = -1, [""] = -1,          // small helpers, and the errors in the root namespace: everyone's ground
    };

    // The settings of generation are in the namespace in which users look for them, but every model has them.
    private static readonly string[] _generationSettings = ["GenerationConfig", "BeamEarlyStopping", "SequenceBias", "LengthDecay"];
    private static readonly string[] _withoutTensors = ["Data", "Tokenization", "Metrics", "Hub", "Internal"];
    private static readonly string[] _ofStrangers = ["Models", "Tuners"];   // families do not name each other, nor do tuners

    /// <summary>
    /// Why <paramref name="from"/> must not name <paramref name="to"/> (full names), with the remedy; null if it may.
    /// </summary>
    internal static string? Violation(string from, string to)
    {
        if (Rooms(from) is not [var room, ..] rooms) return null;
        if (IsIn(to, "TorchSharp"))
            return _withoutTensors.Contains(room)
                ? $"{from} names {to}, but '{room}' does not use tensors. Use arrays there and convert the tensor in the calling code."
                : null;
        if (Rooms(to) is not [var other, ..] others) return null;
        if (!_floorOf.TryGetValue(room, out var floor) || !_floorOf.TryGetValue(other, out var otherFloor))
            return $"{from} names {to}, but the namespace '{(_floorOf.ContainsKey(room) ? other : room)}' has no floor. "
                + $"Give it a floor in {nameof(Floors)} and in the architecture's table.";
        if (room != other && otherFloor >= floor)
            return $"{from} (floor {floor}) names {to} (floor {otherFloor}): a type may name its own folder and lower floors. "
                + "Move what both need down a floor, or let the lower one take a delegate or interface that the upper one supplies.";
        if (room == other && _ofStrangers.Contains(room) && rooms.Length > 1 && others.Length > 1 && rooms[1] != others[1])
            return $"{from} names {to}: within '{room}' one folder must not name another. Move what both need to '{room}' itself, "
                + "to 'Modeling' or to 'Modeling.Layers'.";
        return null;
    }

    /// <summary>The namespace below PeftSharp in parts, "" for the root itself; null for types that are not the library's.</summary>
    private static string[]? Rooms(string type)
    {
        if (!IsIn(type, "PeftSharp")) return null;
        string[] names = type.Split('.');
        if (names is [_, "Generation", var name] && _generationSettings.Contains(name)) return ["Modeling"];
        var parts = names[1..^1];
        return parts.Length > 0 ? parts : [""];
    }

    private static bool IsIn(string type, string root) => type.StartsWith(root + ".", StringComparison.Ordinal);
}
