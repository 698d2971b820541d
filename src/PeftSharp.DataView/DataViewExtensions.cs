using Microsoft.ML;
using PeftSharp.Data;

namespace PeftSharp.DataView;

/// <summary>Converts datasets to the tables of ML.NET, and vice versa.</summary>
public static class DataViewExtensions
{
    /// <summary>Copies the rows of a table of ML.NET to a dataset.</summary>
    /// <remarks>
    /// <para>
    /// Texts become strings, numbers and booleans the types of the same size (integers of 8 and 16 bits become int32, unsigned ones of 32
    /// and 64 bits int64), dates become timestamps, and vectors lists. A key with names becomes a <see cref="ClassLabel"/>; a key without
    /// names becomes an integer that starts at 0. A missing key is null. Hidden columns are omitted.
    /// </para>
    /// <para>The table is read once. It is not kept.</para>
    /// </remarks>
    /// <param name="view">The table.</param>
    /// <param name="cancellationToken">Checked for each row.</param>
    /// <exception cref="DatasetException">
    /// A column has a type that a dataset does not have, such as an image or a row id, or a value does not fit. The message names the
    /// column.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Dataset ToDataset(this IDataView view, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        return DataViewReader.Read(view, cancellationToken);
    }

    /// <summary>Returns the dataset as a table of ML.NET. The values are not copied.</summary>
    /// <remarks>
    /// <para>
    /// The columns are all columns of the dataset. Strings become texts, numbers, booleans, timestamps (UTC or without a time zone) and
    /// durations the types of the same name, a decimal becomes a double, a <see cref="ClassLabel"/> a key with names, and lists of numbers,
    /// booleans, strings and classes become vectors. If all lists of a column have the same length, the vectors have this size, as trainers
    /// of ML.NET require.
    /// </para>
    /// <para>
    /// ML.NET has no null. A null text is empty, a null floating-point number is NaN, and a class that is null or -1 is a missing key. A
    /// null of another type is an error when its row is read.
    /// </para>
    /// </remarks>
    /// <param name="dataset">The dataset.</param>
    /// <exception cref="DatasetException">
    /// A column has a type that ML.NET does not have: structs, lists of lists, bytes or times of day. Remove it with
    /// <see cref="Dataset.RemoveColumns"/>, or convert it.
    /// </exception>
    public static IDataView ToDataView(this Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetView(dataset);
    }

    extension(Dataset)
    {
        /// <summary>Copies the rows of a table of ML.NET to a dataset; the same as <see cref="ToDataset"/>.</summary>
        /// <inheritdoc cref="ToDataset"/>
        public static Dataset FromDataView(IDataView view, CancellationToken cancellationToken = default) =>
            view.ToDataset(cancellationToken);
    }
}
