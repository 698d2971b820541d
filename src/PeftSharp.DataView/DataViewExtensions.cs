using Microsoft.ML;
using PeftSharp.Data;

namespace PeftSharp.DataView;

/// <summary>Converts datasets to ML.NET's <see cref="IDataView"/>, and vice versa.</summary>
public static class DataViewExtensions
{
    /// <summary>Copies the rows of an <see cref="IDataView"/> to a dataset.</summary>
    /// <remarks>
    /// <para>
    /// Texts are converted to strings, integers of 8 and 16 bits to int32, unsigned integers of 32 and 64 bits to int64, dates to
    /// timestamps (UTC if they have an offset), time spans to durations, and vectors to lists. Booleans, other integers and floating-point
    /// numbers keep their types. Keys with names are converted to a <see cref="ClassLabel"/>, and keys without names to integers
    /// (the first key becomes 0). A missing key is null. Hidden columns are omitted.
    /// </para>
    /// <para>The view is read once. The dataset does not refer to the view.</para>
    /// </remarks>
    /// <param name="view">The view.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <exception cref="DatasetException">
    /// A column has a type without an equivalent in a dataset (such as image or row id), the list of names of its keys is empty, two of its
    /// keys have the same name, or it contains an integer above the maximum of int64. The message contains the name of the column.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Dataset ToDataset(this IDataView view, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        return DataViewReader.Read(view, cancellationToken);
    }

    /// <summary>Returns an <see cref="IDataView"/> of the rows of the dataset. The values are not copied.</summary>
    /// <remarks>
    /// <para>
    /// The view has all columns of the dataset, independent of <see cref="Dataset.Format"/>. Strings are converted to texts, decimals to
    /// doubles, timestamps to dates, durations to time spans, a <see cref="ClassLabel"/> to a key with names, and lists of integers,
    /// floating-point numbers, booleans, strings or class ids to vectors. Other numbers and booleans keep their types. If all lists of a
    /// column have the same length, the vectors have this size, which ML.NET's trainers require.
    /// </para>
    /// <para>
    /// ML.NET has no null values. A null string is converted to an empty text, a null decimal or floating-point number to NaN, and a class
    /// id that is null or -1 to a missing key. For a null value of another type, a <see cref="DatasetException"/> is thrown when the row is
    /// read.
    /// </para>
    /// </remarks>
    /// <param name="dataset">The dataset.</param>
    /// <exception cref="DatasetException">
    /// The type of a column has no equivalent in ML.NET: structs, bytes, times of day, "null" (all values are null), or lists of items
    /// other than integers, floating-point numbers, booleans, strings or class ids. Remove the column with
    /// <see cref="Dataset.RemoveColumns"/>, or convert it.
    /// </exception>
    public static IDataView ToDataView(this Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetView(dataset);
    }

    extension(Dataset)
    {
        /// <summary>Copies the rows of an <see cref="IDataView"/> to a dataset, like <see cref="ToDataset"/>.</summary>
        /// <inheritdoc cref="ToDataset"/>
        public static Dataset FromDataView(IDataView view, CancellationToken cancellationToken = default) =>
            view.ToDataset(cancellationToken);
    }
}
