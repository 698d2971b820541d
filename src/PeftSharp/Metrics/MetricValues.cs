using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PeftSharp.Metrics;

/// <summary>
/// Real values, such as scores, probabilities or targets, for a metric. Arrays, spans and lists of <see cref="double"/> or
/// <see cref="float"/> and arrays of <see cref="int"/>, <see cref="long"/> or <see cref="bool"/> are converted implicitly.
/// </summary>
/// <remarks>Metrics are computed in double precision; <see cref="float"/> values are converted once.</remarks>
[CollectionBuilder(typeof(MetricValues), nameof(Create))]
public readonly ref struct MetricValues
{
    private const double SingleEpsilon = 1.1920928955078125e-7;      // 2⁻²³: the spacing of float32 at 1
    private const double DoubleEpsilon = 2.220446049250313e-16;      // 2⁻⁵²

    private readonly ReadOnlySpan<double> _values;

    private MetricValues(ReadOnlySpan<double> values, double epsilon = DoubleEpsilon)
    {
        _values = values;
        Epsilon = epsilon;
    }

    /// <summary>The number of values.</summary>
    public int Count => _values.Length;

    /// <summary>The value at an index.</summary>
    public double this[int index] => _values[index];

    /// <summary>
    /// The machine epsilon ε of the original type of the values. Before a logarithm, probabilities are clipped to [ε, 1 - ε].
    /// </summary>
    internal double Epsilon { get; }

    internal ReadOnlySpan<double> Span => _values;

    /// <summary>Enumerates the values in order.</summary>
    public ReadOnlySpan<double>.Enumerator GetEnumerator() => _values.GetEnumerator();

    /// <summary>Creates values from a collection expression, such as <c>[0.1, 0.9]</c>.</summary>
    public static MetricValues Create(ReadOnlySpan<double> values) => new(values.ToArray());

    /// <summary>Creates values from a sequence.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static MetricValues From(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values.ToArray());
    }

    /// <summary>Creates values from single-precision values, such as the outputs of a model.</summary>
    public static MetricValues From(ReadOnlySpan<float> values)
    {
        var widened = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
            widened[i] = values[i];
        return new(widened, SingleEpsilon);
    }

    /// <summary>Creates values from integers, such as labels of 0 and 1.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator MetricValues(int[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Array.ConvertAll(values, value => (double)value));
    }

    /// <summary>
    /// Creates values from integers, such as the labels of an evaluation. Integers beyond 2⁵³ are rounded to the nearest
    /// <see cref="double"/>.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator MetricValues(long[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Array.ConvertAll(values, value => (double)value));
    }

    /// <summary>Creates values from Booleans: 1 for true, 0 for false.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator MetricValues(bool[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Array.ConvertAll(values, value => value ? 1.0 : 0.0));
    }

    /// <summary>Wraps a span without a copy.</summary>
    public static implicit operator MetricValues(ReadOnlySpan<double> values) => new(values);

    /// <summary>Wraps an array without a copy.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator MetricValues(double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values);
    }

    /// <summary>Wraps a list without a copy. The list must not change while the values are in use.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator MetricValues(List<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(CollectionsMarshal.AsSpan(values));
    }

    /// <inheritdoc cref="From(ReadOnlySpan{float})"/>
    public static implicit operator MetricValues(ReadOnlySpan<float> values) => From(values);

    /// <inheritdoc cref="From(ReadOnlySpan{float})"/>
    public static implicit operator MetricValues(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values);
    }

    /// <inheritdoc cref="From(ReadOnlySpan{float})"/>
    public static implicit operator MetricValues(List<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(CollectionsMarshal.AsSpan(values));
    }
}
