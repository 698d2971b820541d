namespace PeftSharp.Tokenization;

/// <summary>A variable in an expression or assignment. Its slot is determined after the template has been analyzed.</summary>
internal sealed class JinjaName(JinjaScope scope, string name)
{
    private (int Levels, int Slot)? _place;

    internal string Name => name;

    internal object? Get(JinjaFrame frame)
    {
        var (levels, slot) = Place();
        var value = frame.Ancestor(levels).Slots[slot];
        return value == JinjaFrame.Missing ? JinjaUndefined.Name(name) : value;
    }

    internal void Set(JinjaFrame frame, object? value)
    {
        var (levels, slot) = Place();
        frame.Ancestor(levels).Slots[slot] = value;
    }

    /// <summary>Whether the variable has no value yet.</summary>
    internal bool IsMissing(JinjaFrame frame)
    {
        var (levels, slot) = Place();
        return frame.Ancestor(levels).Slots[slot] == JinjaFrame.Missing;
    }

    private (int Levels, int Slot) Place()
    {
        if (_place is { } known)
            return known;
        var found = scope.Find(name)!.Value;
        _place = found;
        return found;
    }
}
