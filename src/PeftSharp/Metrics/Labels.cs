using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PeftSharp.Metrics;

/// <summary>Class numbers of a set of examples, one an example: what a metric takes, made from any list of whole numbers without a call.</summary>
/// <remarks>Arrays, spans and lists of <see cref="int"/> are read where they lie; those of <see cref="long"/> (a data set's labels) are copied into class numbers.</remarks>
[CollectionBuilder(typeof(Labels), nameof(Create))]
public readonly ref struct Labels
{
    private readonly ReadOnlySpan<int> _classes;

    private Labels(ReadOnlySpan<int> classes) => _classes = classes;

    /// <summary>How many examples there are.</summary>
    public int Count => _classes.Length;

    /// <summary>The class number of one example.</summary>
    public int this[int example] => _classes[example];

    /// <summary>The class numbers in the order of the examples.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => _classes.GetEnumerator();

    /// <summary>Labels of a collection expression, such as <c>[0, 1, 1]</c>.</summary>
    public static Labels Create(ReadOnlySpan<int> classes) => new(classes.ToArray());

    /// <summary>Labels of any other sequence of class numbers.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="classes"/> is null.</exception>
    public static Labels From(IEnumerable<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new(classes.ToArray());
    }

    /// <summary>Labels of 64-bit class numbers, as token ids and data sets hold them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number does not fit 32 bits; the message gives its place.</exception>
    public static Labels From(ReadOnlySpan<long> classes)
    {
        var narrowed = new int[classes.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            if (classes[i] is < int.MinValue or > int.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(classes), classes[i], $"The label of example {i} is no class number: class numbers fit 32 bits.");
            narrowed[i] = (int)classes[i];
        }
        return new(narrowed);
    }

    /// <summary>Reads the span where it lies.</summary>
    public static implicit operator Labels(ReadOnlySpan<int> classes) => new(classes);

    /// <summary>Reads the array where it lies.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="classes"/> is null.</exception>
    public static implicit operator Labels(int[] classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new(classes);
    }

    /// <summary>Reads the list where it lies; it must not change meanwhile.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="classes"/> is null.</exception>
    public static implicit operator Labels(List<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new(CollectionsMarshal.AsSpan(classes));
    }

    /// <inheritdoc cref="From(ReadOnlySpan{long})"/>
    public static implicit operator Labels(long[] classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return From(classes);
    }

    /// <inheritdoc cref="From(ReadOnlySpan{long})"/>
    public static implicit operator Labels(List<long> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return From(CollectionsMarshal.AsSpan(classes));
    }
}
