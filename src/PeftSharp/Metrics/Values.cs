using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PeftSharp.Metrics;

/// <summary>Real numbers of a set of examples (scores, probabilities, targets): what a metric takes, made from any list of them without a call.</summary>
/// <remarks>Everything is computed in double precision; arrays of <see cref="float"/> are widened once.</remarks>
[CollectionBuilder(typeof(Values), nameof(Create))]
public readonly ref struct Values
{
    private const double SingleEpsilon = 1.1920928955078125e-7;      // 2⁻²³: the spacing of float32 at 1
    private const double DoubleEpsilon = 2.220446049250313e-16;      // 2⁻⁵²

    private readonly ReadOnlySpan<double> _numbers;

    private Values(ReadOnlySpan<double> numbers, double epsilon = DoubleEpsilon)
    {
        _numbers = numbers;
        Epsilon = epsilon;
    }

    /// <summary>How many numbers there are.</summary>
    public int Count => _numbers.Length;

    /// <summary>One of the numbers.</summary>
    public double this[int index] => _numbers[index];

    /// <summary>The spacing at 1 of the type the numbers came in; probabilities are kept so far away from 0 and 1 before a logarithm.</summary>
    internal double Epsilon { get; }

    internal ReadOnlySpan<double> Span => _numbers;

    /// <summary>The numbers in order.</summary>
    public ReadOnlySpan<double>.Enumerator GetEnumerator() => _numbers.GetEnumerator();

    /// <summary>Values of a collection expression, such as <c>[0.1, 0.9]</c>.</summary>
    public static Values Create(ReadOnlySpan<double> numbers) => new(numbers.ToArray());

    /// <summary>Values of any other sequence.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static Values From(IEnumerable<double> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(numbers.ToArray());
    }

    /// <summary>Values of single-precision numbers, as a model computes them.</summary>
    public static Values From(ReadOnlySpan<float> numbers)
    {
        var widened = new double[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            widened[i] = numbers[i];
        return new(widened, SingleEpsilon);
    }

    /// <summary>Values of whole numbers, such as labels of 0 and 1.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(int[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(Array.ConvertAll(numbers, number => (double)number));
    }

    /// <summary>Values of whole numbers, such as the labels of an evaluation; numbers beyond 2⁵³ are rounded to the nearest double.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(long[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(Array.ConvertAll(numbers, number => (double)number));
    }

    /// <summary>Values of truth values: 1 for true, 0 for false.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(bool[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(Array.ConvertAll(numbers, number => number ? 1.0 : 0.0));
    }

    /// <summary>Reads the span where it lies.</summary>
    public static implicit operator Values(ReadOnlySpan<double> numbers) => new(numbers);

    /// <summary>Reads the array where it lies.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(double[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(numbers);
    }

    /// <summary>Reads the list where it lies; it must not change meanwhile.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(List<double> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(CollectionsMarshal.AsSpan(numbers));
    }

    /// <inheritdoc cref="From(ReadOnlySpan{float})"/>
    public static implicit operator Values(ReadOnlySpan<float> numbers) => From(numbers);

    /// <inheritdoc cref="From(ReadOnlySpan{float})"/>
    public static implicit operator Values(float[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return From(numbers);
    }

    /// <inheritdoc cref="From(ReadOnlySpan{float})"/>
    public static implicit operator Values(List<float> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return From(CollectionsMarshal.AsSpan(numbers));
    }
}
