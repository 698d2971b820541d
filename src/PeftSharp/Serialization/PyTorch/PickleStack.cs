using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>The stack of the machine that reads a pickle, with its marks.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    internal void Push(object? value) => _values.Add(value);

    /// <summary>Pushes a container and fills it.</summary>
    internal void Push(object container, object?[] then, Action<object?[]> fill)
    {
        Push(container);
        fill(then);
    }

    internal void Mark() => _marks.Add(_values.Count);

    /// <summary>Returns the top value without removing it.</summary>
    internal object? Peek()
    {
        Require(1);
        return _values[^1];
    }

    /// <summary>Returns the container on the top without removing it.</summary>
    internal T Peek<T>(string what) => Peek() is T value ? value
        : throw new InvalidDataException($"an instruction needs {what}, but another value is on the stack");

    /// <summary>Removes the top value, or the mark that is above it.</summary>
    internal void Drop()
    {
        if (_marks.Count > 0 && _marks[^1] == _values.Count) _marks.RemoveAt(_marks.Count - 1);
        else Pop(1);
    }

    /// <summary>Removes and returns values. The top value is the last.</summary>
    internal object?[] Pop(int count)
    {
        Require(count);
        return Take(_values.Count - count);
    }

    /// <summary>Removes the last mark and the values above it, and returns the values.</summary>
    internal object?[] PopToMark()
    {
        if (_marks.Count == 0) throw new InvalidDataException("an instruction needs a mark, but no mark is on the stack");
        var mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return Take(mark);
    }

    /// <summary>Returns the result of the pickle, which must be the only value.</summary>
    internal object? PopResult() => _values.Count == 1 && _marks.Count == 0 ? _values[0]
        : throw new InvalidDataException("it must end with one value and no mark on the stack, but ends with "
            + $"{Quantity.Of(_values.Count, "value")} and {Quantity.Of(_marks.Count, "mark")}");

    private object?[] Take(int start)
    {
        var values = _values.GetRange(start, _values.Count - start).ToArray();
        _values.RemoveRange(start, values.Length);
        return values;
    }

    /// <summary>Throws if there are fewer values above the last mark. Values below a mark cannot be used.</summary>
    private void Require(int count)
    {
        if (_values.Count - (_marks.Count > 0 ? _marks[^1] : 0) < count)
            throw new InvalidDataException(
                $"an instruction needs {Quantity.Of(count, "value")}, but there are not enough values on the stack");
    }
}
