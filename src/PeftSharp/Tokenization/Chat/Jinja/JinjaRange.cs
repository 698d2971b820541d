using System.Collections;

namespace PeftSharp.Tokenization;

/// <summary>A range of integers. As in the sandbox of Jinja, it has at most 100,000 elements.</summary>
internal sealed class JinjaRange : IEnumerable<object?>
{
    private const int MaxLength = 100_000;

    /// <exception cref="JinjaFault">The step is 0, or the range is too long.</exception>
    internal JinjaRange(long start, long stop, long step)
    {
        if (step == 0)
            throw new JinjaFault("The step of a range cannot be 0.");
        var length = step > 0
            ? ((decimal)stop - start + step - 1) / step
            : ((decimal)start - stop - step - 1) / -(decimal)step;
        (Start, Step) = (start, step);
        Count = length < 1 ? 0 : length < MaxLength + 1
            ? (int)length
            : throw JinjaFault.Limit($"A range cannot have more than {MaxLength} elements.");
    }

    internal long Start { get; }

    internal long Step { get; }

    internal int Count { get; }

    internal long this[int index] => Start + index * Step;

    public IEnumerator<object?> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
