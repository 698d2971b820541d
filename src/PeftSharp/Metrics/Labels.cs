using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PeftSharp.Metrics;

/// <summary>
/// The classes of the examples, one integer per example. Arrays and lists of <see cref="int"/> or <see cref="long"/> and spans of
/// <see cref="int"/> are converted implicitly.
/// </summary>
/// <remarks>The implicit conversions do not copy values of type <see cref="int"/>.</remarks>
[CollectionBuilder(typeof(Labels), nameof(Create))]
public readonly ref struct Labels
{
    private readonly ReadOnlySpan<int> _classes;

    private Labels(ReadOnlySpan<int> classes) => _classes = classes;

    /// <summary>The number of examples.</summary>
    public int Count => _classes.Length;

    /// <summary>The class of an example.</summary>
    public int this[int example] => _classes[example];

    /// <summary>Enumerates the classes in the order of the examples.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => _classes.GetEnumerator();

    /// <summary>Creates labels from a collection expression, such as <c>[0, 1, 1]</c>.</summary>
    public static Labels Create(ReadOnlySpan<int> classes) => new(classes.ToArray());

    /// <summary>Creates labels from a sequence of classes.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="classes"/> is null.</exception>
    public static Labels From(IEnumerable<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new(classes.ToArray());
    }

    /// <summary>Creates labels from 64-bit integers, the type of labels in datasets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A value is not in the range of <see cref="int"/>; the message gives its index.
    /// </exception>
    public static Labels From(ReadOnlySpan<long> classes)
    {
        var narrowed = new int[classes.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            if (classes[i] is < int.MinValue or > int.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(classes), classes[i],
                    $"The label of example {i} is not in the range of a 32-bit integer.");
            narrowed[i] = (int)classes[i];
        }
        return new(narrowed);
    }

    /// <summary>Wraps a span without a copy.</summary>
    public static implicit operator Labels(ReadOnlySpan<int> classes) => new(classes);

    /// <summary>Wraps an array without a copy.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="classes"/> is null.</exception>
    public static implicit operator Labels(int[] classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new(classes);
    }

    /// <summary>Wraps a list without a copy. The list must not change while the labels are in use.</summary>
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
