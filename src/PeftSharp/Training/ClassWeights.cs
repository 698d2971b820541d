using PeftSharp.Data;

namespace PeftSharp.Training;

/// <summary>Computes weights for classes that have different numbers of rows, for <see cref="LossFunctions.CrossEntropy"/>.</summary>
public static class ClassWeights
{
    /// <summary>
    /// Returns the weight of each class: rows / (number of classes · rows of the class). All classes then contribute equally to the loss.
    /// </summary>
    /// <remarks>
    /// Corresponds to <c>compute_class_weight("balanced")</c> in scikit-learn. Rows without a label, and rows with a negative label, are
    /// not counted.
    /// </remarks>
    /// <param name="dataset">The training dataset.</param>
    /// <param name="labelColumn">The column with the class ids. Default <c>labels</c>.</param>
    /// <param name="numClasses">
    /// The number of classes. Null: the number of class names of the column or, if the column has no class names, one more than the largest
    /// class id.
    /// </param>
    /// <exception cref="DatasetException">
    /// There is no such column, the column does not contain class ids, a class has no rows, a class id is not less than the number of
    /// classes, or the number of classes is not known because there are no labels.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numClasses"/> is not positive.</exception>
    public static IReadOnlyList<double> Balanced(Dataset dataset, string labelColumn = "labels", int? numClasses = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (numClasses is { } classes) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes, nameof(numClasses));
        var column = dataset[ColumnNames.Find(dataset, labelColumn)];
        if (column.Feature is not (ClassLabel or Value { Dtype: "int64" or "int32" or "bool" }))
            throw new DatasetException($"Column '{column.Name}' has type {column.Feature}, but class weights need class ids. "
                + $"Convert class names with dataset.ClassEncodeColumn(\"{column.Name}\").");
        var isBoolean = column.Feature is Value { Dtype: "bool" };
        var labels = Enumerable.Range(0, column.Count).Where(row => !column.IsNull(row))
            .Select(row => isBoolean ? column.GetBoolean(row) ? 1 : 0 : column.GetInt64(row)).Where(label => label >= 0).ToArray();
        var names = (column.Feature as ClassLabel)?.Names;
        var counts = new long[numClasses ?? names?.Count ?? (labels.Length == 0 ? 0 : checked((int)labels.Max() + 1))];
        if (counts.Length == 0)
            throw new DatasetException($"Column '{column.Name}' contains no labels, so the number of classes is not known. "
                + "Pass rows with labels, or set numClasses.");
        foreach (var label in labels)
        {
            if (label >= counts.Length)
                throw new DatasetException($"Column '{column.Name}' contains the class id {label}, but the number of classes "
                    + $"is {counts.Length} (0 to {counts.Length - 1}). Correct the labels{(numClasses is null ? "" : " or numClasses")}.");
            counts[label]++;
        }
        if (Array.IndexOf(counts, 0) is >= 0 and var empty)
            throw new DatasetException($"Class {empty}{(empty < names?.Count ? $" ({names[empty]})" : "")} has no rows in column "
                + $"'{column.Name}', so its weight is not defined. Split with stratifyByColumn, or set the weights yourself.");
        return Array.ConvertAll(counts, count => (double)labels.Length / counts.Length / count);
    }
}
