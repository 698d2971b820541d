namespace PeftSharp.Tokenization;

/// <summary>The variable <c>loop</c>.</summary>
internal sealed class JinjaLoop
{
    private readonly object? _iterable;
    private readonly int _depth;
    private readonly Func<object?, int, string>? _recurse;
    private IEnumerator<object?> _items;
    private object? _before = JinjaFrame.Missing, _current = JinjaFrame.Missing, _after = JinjaFrame.Missing;
    private object? _changed = JinjaFrame.Missing;
    private int? _length;
    private long _index0 = -1;

    /// <param name="iterable">The value that is iterated.</param>
    /// <param name="items">The elements of the value.</param>
    /// <param name="depth">The depth of a recursive loop, from 0.</param>
    /// <param name="recurse">Renders the loop for another value at a depth; null if the loop is not recursive.</param>
    internal JinjaLoop(object? iterable, IEnumerable<object?> items, int depth, Func<object?, int, string>? recurse)
    {
        (_iterable, _depth, _recurse) = (iterable, depth, recurse);
        _items = items.GetEnumerator();
    }

    internal int Length
    {
        get
        {
            if (_length is null && JinjaTypes.LengthOrNull(_iterable) is { } known)
                _length = known;
            if (_length is null)
            {
                var rest = new List<object?>();
                while (_items.MoveNext())
                    rest.Add(_items.Current);
                _items = rest.GetEnumerator();
                _length = rest.Count + (int)_index0 + 1 + (_after == JinjaFrame.Missing ? 0 : 1);
            }
            return _length.Value;
        }
    }

    internal bool MoveNext(out object? item)
    {
        item = _after == JinjaFrame.Missing ? _items.MoveNext() ? _items.Current : JinjaFrame.Missing : _after;
        _after = JinjaFrame.Missing;
        if (item == JinjaFrame.Missing)
            return false;
        _index0++;
        (_before, _current) = (_current, item);
        return true;
    }

    /// <summary>Returns an attribute; <see cref="JinjaFrame.Missing"/> if there is none.</summary>
    internal object? Attribute(string name) => name switch
    {
        "index0" => _index0,
        "index" => _index0 + 1,
        "revindex0" => Length - _index0 - 1,
        "revindex" => Length - _index0,
        "length" => (long)Length,
        "first" => _index0 == 0,
        "last" => Peek() == JinjaFrame.Missing,
        "depth" => (long)_depth + 1,
        "depth0" => (long)_depth,
        "previtem" => _index0 == 0 ? new JinjaUndefined("The first iteration has no previous item.") : _before,
        "nextitem" => Peek() is var next && next == JinjaFrame.Missing ? new JinjaUndefined("The last iteration has no next item.") : next,
        "cycle" => new JinjaCallable("loop.cycle", (_, arguments) => arguments.Positional.Count > 0
            ? arguments.Positional[(int)(_index0 % arguments.Positional.Count)]
            : throw new JinjaFault("loop.cycle needs at least one value.")),
        "changed" => new JinjaCallable("loop.changed", (_, arguments) => Changed(new JinjaTuple([.. arguments.Positional]))),
        _ => JinjaFrame.Missing,
    };

    internal object? Call(JinjaRun run, JinjaArguments arguments)
    {
        if (_recurse is null)
            throw new JinjaFault("Only a loop with the word 'recursive' can be called.");
        var iterable = arguments.Bind("loop", "iterable")[0];
        run.EnterCall();
        var text = _recurse(iterable, _depth + 1);
        run.LeaveCall();
        return text;
    }

    private object? Peek()
    {
        if (_after == JinjaFrame.Missing && _items.MoveNext())
            _after = _items.Current;
        return _after;
    }

    private bool Changed(JinjaTuple value)
    {
        var changed = _changed == JinjaFrame.Missing || !JinjaEquality.Equal(_changed, value);
        _changed = value;
        return changed;
    }
}
