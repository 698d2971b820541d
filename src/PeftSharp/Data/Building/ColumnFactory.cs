using System.Collections;

namespace PeftSharp.Data;

/// <summary>Makes columns of what the caller hands over.</summary>
internal static class ColumnFactory
{
    /// <exception cref="DatasetException">Values differ in type, or cannot be stored; the message names column and row.</exception>
    internal static Column Create(string name, IEnumerable values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(values);
        return values is Column column ? column.Named(name) : new Column(name, Build(name, values, firstRow: 0));
    }

    /// <param name="name">The column's name, for messages.</param>
    /// <param name="values">A value per row.</param>
    /// <param name="firstRow">The number of the first of these rows, for messages.</param>
    internal static ColumnData Build(string name, object values, int firstRow)
    {
        if (values is long[] or int[] or double[] or float[] or bool[])
            return Primitives(values);
        var builder = new ColumnBuilder();
        foreach (var value in ObjectValues.ItemsOf(values))
            AddNaming(builder, name, value, firstRow + builder.Count);
        return builder.Build();
    }

    /// <summary>Adds a value; where it does not fit, the message says which row and column it was.</summary>
    internal static void AddNaming(ColumnBuilder builder, string name, object? value, int row)
    {
        try
        {
            builder.Add(value);
        }
        catch (TypeMismatchException mismatch)
        {
            throw new DatasetException($"Column '{name}', row {row}: {mismatch.Message} Give every row the same type.", mismatch);
        }
        catch (DatasetException unstorable)
        {
            throw new DatasetException($"Column '{name}', row {row}: {unstorable.Message}", unstorable);
        }
    }

    private static ColumnData Primitives(object values) => values switch
    {
        long[] numbers => new PrimitiveData<long>((long[])numbers.Clone(), nulls: null),
        int[] numbers => new PrimitiveData<int>((int[])numbers.Clone(), nulls: null),
        double[] numbers => new PrimitiveData<double>((double[])numbers.Clone(), nulls: null),
        float[] numbers => new PrimitiveData<float>((float[])numbers.Clone(), nulls: null),
        _ => new PrimitiveData<bool>((bool[])((bool[])values).Clone(), nulls: null),
    };
}
