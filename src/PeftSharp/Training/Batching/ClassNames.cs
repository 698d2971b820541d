using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>The names of the classes in the labels of a dataset, and their comparison with the class names of the model.</summary>
internal static class ClassNames
{
    /// <summary>
    /// Returns the class names of the label column; null if the labels have no names, or the model does not predict classes.
    /// </summary>
    /// <param name="dataset">The dataset, with the columns for the collator.</param>
    /// <param name="model">The model.</param>
    internal static IReadOnlyList<string>? Of(Dataset dataset, PretrainedModel model) =>
        model.Objective is not (SequenceClassificationObjective or TokenClassificationObjective)
            || model.Config is { NumLabels: 1 } or { ProblemType: ProblemType.Regression }
            || dataset.ColumnNames.FirstOrDefault(ModelColumns.IsLabelName) is not { } column
            ? null
            : dataset.Features[column] switch
            {
                ClassLabel label => label.Names,
                Sequence { Element: ClassLabel label } => label.Names,
                _ => null,
            };

    /// <summary>Checks that each class whose name occurs both in the data and in the model has the same id in both.</summary>
    /// <param name="dataset">The dataset, with the columns for the collator.</param>
    /// <param name="model">The model.</param>
    /// <param name="role">The purpose of the dataset, such as <c>training</c>, for the message.</param>
    /// <exception cref="DatasetException">
    /// A class has another id in the data than in the model, so training and metrics would use wrong labels.
    /// </exception>
    internal static void RequireSameIds(Dataset dataset, PretrainedModel model, string role)
    {
        if (Of(dataset, model) is not { } names || model.Config.GivenLabelNames is not { } known) return;
        foreach (var (id, name) in names.Index())
        {
            if (known.Index().Where(other => other.Item.Equals(name, StringComparison.OrdinalIgnoreCase)).ToArray() is not [var same]
                || same.Index == id)
                continue;
            throw new DatasetException($"The class '{name}' has the id {id} in the {role} data ({string.Join(", ", names)}), but "
                + $"{same.Index} in {model.GetName()} ({string.Join(", ", known)}). Convert the labels to the ids of the model: "
                + "dataset.AlignLabelsWithMapping(model.Config.Label2Id, labelColumn), or, if the data was split before its labels were "
                + "converted, call ClassEncodeColumn before the split.");
        }
    }

    /// <summary>
    /// Returns a warning if the training data and the model name their classes, and no name occurs in both; null otherwise.
    /// </summary>
    internal static string? Warning(Dataset dataset, PretrainedModel model) =>
        Of(dataset, model) is { } names && model.Config.GivenLabelNames is { } known
            && !names.Intersect(known, StringComparer.OrdinalIgnoreCase).Any()
            ? $"The classes of the training data are {string.Join(", ", names)}, but the classes of {model.GetName()} are "
                + $"{string.Join(", ", known)}. The model keeps its names. To use the names of the data, pass them to FromPretrained: "
                + "labelNames: dataset.GetClassNames(labelColumn)."
            : null;

    /// <summary>Checks that the model has all classes that occur in the labels.</summary>
    /// <exception cref="DatasetException">A label is not a class of the model.</exception>
    internal static void RequireClasses(Dataset dataset, PretrainedModel model, string role)
    {
        if (Of(dataset, model) is not { } names || names.Count <= model.Config.NumLabels) return;
        var column = dataset[dataset.ColumnNames.First(ModelColumns.IsLabelName)];
        if (column.Feature is not ClassLabel) return;
        for (var row = 0; row < column.Count; row++)
            if (!column.IsNull(row) && column.GetInt64(row) is var label && label >= model.Config.NumLabels)
                throw new DatasetException($"The {role} data has {Quantity.Of(names.Count, "class")} ({string.Join(", ", names)}), but "
                    + $"{model.GetName()} has {model.Config.NumLabels}: row {row} has the class {label}. Pass the names of the classes "
                    + "when you load the model: FromPretrained(folder, dataset.GetClassNames(labelColumn)).");
    }
}
