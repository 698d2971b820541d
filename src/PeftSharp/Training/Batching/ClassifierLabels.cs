using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Checks that the labels have the type and the length that the loss of a sequence classifier expects.</summary>
internal static class ClassifierLabels
{
    /// <param name="column">The labels.</param>
    /// <param name="model">The model. Models with other objectives, and models with one output, are not checked.</param>
    /// <param name="subject">The column and the purpose of its dataset, for messages.</param>
    /// <param name="name">The name of the column, for messages.</param>
    /// <exception cref="DatasetException">
    /// The labels are class ids that are stored as floating-point values, lists of class ids, or lists whose length is not the number of
    /// labels of the model; or the labels and the model have different problem types.
    /// </exception>
    internal static void Require(Column column, PretrainedModel model, string subject, string name)
    {
        if (model is not { Objective: SequenceClassificationObjective, Config.NumLabels: > 1 } || column.Count == 0) return;
        var problem = model.Config.ProblemType;
        if (column.Feature is Sequence { Element: Value { Dtype: "int64" or "int32" } or ClassLabel }
            && problem is null or ProblemType.SingleLabelClassification)
            throw new DatasetException($"{subject} contains lists of integers: the first row has "
                + $"{Quantity.Of(column.GetLength(0), "label")}, but {model.GetName()} predicts one class for each row. If each row has "
                + "one class, store its class id instead of a list. If a row can have several labels, use a bool[] with a value for each "
                + "label, or load the model with ProblemType.MultiLabelClassification.");
        if (column.Feature is Sequence { Element: Value or ClassLabel }) RequireLists(column, model, subject);
        else if (column.Feature is Value { Dtype: "float64" or "float32" or "decimal" } value
            && problem is null or ProblemType.SingleLabelClassification)
            throw new DatasetException(
                $"{subject} has type {value.Dtype}{(HasOnlyIntegers(column) ? " and contains only integers" : "")}, but "
                + $"{model.GetName()} has {model.Config.NumLabels} classes. For classification, convert it to class ids with "
                + $"dataset.CastColumn(\"{name}\", new Value(\"int64\")); for regression, load the model with numLabels: 1.");
    }

    private static void RequireLists(Column column, PretrainedModel model, string subject)
    {
        var labels = model.Config.NumLabels;
        for (var row = 0; row < column.Count; row++)
            if (!column.IsNull(row) && column.GetLength(row) is var length && length != labels)
                throw new DatasetException($"{subject} does not match {model.GetName()}. "
                    + (Enumerable.Range(0, column.Count).All(other => !column.IsNull(other) && column.GetLength(other) == length)
                        ? $"Each row has {Quantity.Of(length, "label")}, but the model has {labels}: LabelNames needs one name for each."
                        : $"Row {row} has {Quantity.Of(length, "label")}, but the model has {labels}. "
                            + "Each row needs a value for each label of the model."));
        if (model.Config.ProblemType == ProblemType.SingleLabelClassification)
            throw new DatasetException($"{subject} contains lists with a value for each label, but the problem type of {model.GetName()} "
                + "is SingleLabelClassification (from its configuration or an earlier training). If a row can have several labels, load "
                + "the model with ProblemType.MultiLabelClassification; otherwise store one class id for each row.");
    }

    private static bool HasOnlyIntegers(Column column) =>
        Enumerable.Range(0, column.Count).All(row => column.IsNull(row) || double.IsInteger(column.GetDouble(row)));
}
