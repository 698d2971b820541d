using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PeftSharp.Metrics;

/// <summary>
/// Real values (scores, probabilities, targets) for a metric. Converts implicitly from arrays, spans and lists of numbers.
/// </summary>
/// <remarks>Metrics are computed in double precision; <see cref="float"/> values are converted once.</remarks>
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

    /// <summary>The number of values.</summary>
    public int Count => _numbers.Length;

    /// <summary>The value at an index.</summary>
    public double this[int index] => _numbers[index];

    /// <summary>
    /// The machine epsilon of the original type of the values, which bounds the clipping of probabilities before a logarithm.
    /// </summary>
    internal double Epsilon { get; }

    internal ReadOnlySpan<double> Span => _numbers;

    /// <summary>Enumerates the values in order.</summary>
    public ReadOnlySpan<double>.Enumerator GetEnumerator() => _numbers.GetEnumerator();

    /// <summary>Creates values from a collection expression, such as <c>[0.1, 0.9]</c>.</summary>
    public static Values Create(ReadOnlySpan<double> numbers) => new(numbers.ToArray());

    /// <summary>Creates values from a sequence.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static Values From(IEnumerable<double> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(numbers.ToArray());
    }

    /// <summary>Creates values from single-precision values, such as the outputs of a model.</summary>
    public static Values From(ReadOnlySpan<float> numbers)
    {
        var widened = new double[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            widened[i] = numbers[i];
        return new(widened, SingleEpsilon);
    }

    /// <summary>Creates values from integers, such as labels of 0 and 1.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(int[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(Array.ConvertAll(numbers, number => (double)number));
    }

    /// <summary>
    /// Creates values from integers, such as the labels of an evaluation. Integers beyond 2⁵³ are rounded to the nearest
    /// <see cref="double"/>.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(long[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(Array.ConvertAll(numbers, number => (double)number));
    }

    /// <summary>Creates values from Booleans: 1 for true, 0 for false.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(bool[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(Array.ConvertAll(numbers, number => number ? 1.0 : 0.0));
    }

    /// <summary>Wraps a span without a copy.</summary>
    public static implicit operator Values(ReadOnlySpan<double> numbers) => new(numbers);

    /// <summary>Wraps an array without a copy.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static implicit operator Values(double[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(numbers);
    }

    /// <summary>Wraps a list without a copy. The list must not change while the values are in use.</summary>
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
