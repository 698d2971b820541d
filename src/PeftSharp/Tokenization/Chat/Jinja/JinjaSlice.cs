namespace PeftSharp.Tokenization;

/// <summary>A slice <c>start:stop:step</c>; null for the parts that are omitted.</summary>
/// <param name="Start">The first index.</param>
/// <param name="Stop">The index after the last one.</param>
/// <param name="Step">The distance between indices.</param>
internal sealed record JinjaSlice(object? Start, object? Stop, object? Step)
{
    /// <summary>Returns the indices of the slice in a sequence.</summary>
    /// <exception cref="JinjaFault">A part is not an integer, or the step is 0.</exception>
    internal IEnumerable<int> Indices(int length)
    {
        var step = Step is null ? 1 : JinjaNumbers.ToInt(Step);
        if (step == 0)
            throw new JinjaFault("The step of a slice cannot be 0.");
        var (low, high) = step > 0 ? (0, length) : (-1, length - 1);
        var start = Start is null ? step > 0 ? low : high : Clamp(Start, length, low, high);
        var stop = Stop is null ? step > 0 ? high : low : Clamp(Stop, length, low, high);
        return Range(start, stop, step);
    }

    private static IEnumerable<int> Range(long start, int stop, int step)
    {
        for (var i = start; step > 0 ? i < stop : i > stop; i += step)
            yield return (int)i;
    }

    private static int Clamp(object part, int length, int low, int high)
    {
        var index = JinjaNumbers.ToLong(part);
        return (int)Math.Clamp(index < 0 ? index + length : index, low, high);
    }
}
