using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Selects the columns of a dataset that a model reads.</summary>
internal static class ModelColumns
{
    private static readonly string[] _labelNames = ["label", "label_ids"];

    /// <summary>
    /// Returns the dataset with the columns that the model reads, renamed to their names in transformers. Column names are compared without
    /// case and underscores (<c>InputIds</c>, <c>Label</c>); <c>label</c> and <c>label_ids</c> are also labels.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="model">The model.</param>
    /// <param name="unusedColumns">The handling of columns that the model does not read.</param>
    /// <param name="role">The purpose of the dataset, such as <c>training</c>, for messages.</param>
    /// <param name="needsLabels">Whether missing labels throw an exception.</param>
    /// <param name="logger">Receives the names of removed columns.</param>
    /// <param name="labelColumn">The name of the label column; null: determined by name.</param>
    /// <param name="otherColumns">Columns that the collator reads in addition; null: none.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="labelColumn"/> is an input of the model, or the labels of the model have other names.
    /// </exception>
    /// <exception cref="DatasetException">
    /// The dataset has no rows, no column that the model reads, or no labels although they are needed; or it has an unused column and
    /// <paramref name="unusedColumns"/> is <see cref="UnusedColumns.Reject"/>.
    /// </exception>
    internal static Dataset Of(
        Dataset dataset, PretrainedModel model, UnusedColumns unusedColumns, string role, bool needsLabels, ILogger? logger,
        string? labelColumn = null, IReadOnlyList<string>? otherColumns = null)
    {
        if (dataset.Count == 0) throw new DatasetException(
            $"The {role} data has no rows. Check the filter or the split that created it"
            + $"{(role.StartsWith("evaluation", StringComparison.Ordinal) ? ", or omit it" : "")}.");
        string[] read = [.. model.InputNames.Union(model.LabelNames), .. _labelNames, .. otherColumns ?? []];
        if (labelColumn is not null)
            dataset = LabelColumn.SelectAndRename(dataset, model, labelColumn, role, isNeeded: needsLabels || role == "training",
                [.. read.Except(model.LabelNames).Except(_labelNames)]);
        if (unusedColumns == UnusedColumns.Raw) return dataset;
        var renames = Renames(dataset, read, model.LabelNames);
        if (renames.Count > 0) dataset = dataset.RenameColumns(renames);
        var known = dataset.ColumnNames.Where(read.Contains).ToArray();
        var unused = dataset.ColumnNames.Except(known).ToArray();
        if (known.Except([.. model.LabelNames, .. _labelNames]).ToArray().Length == 0)
            throw new DatasetException($"The {role} data has no column that {model.GetName()} reads. Columns of the data: "
                + $"{string.Join(", ", dataset.ColumnNames)}. Inputs of the model: {string.Join(", ", model.InputNames)}. "
                + "Tokenize the texts with dataset.Tokenize(tokenizer, \"text\"), or rename the columns. "
                + "For a custom collator that reads other columns, set RemoveUnusedColumns to false.");
        if (needsLabels) RequireLabels(dataset, model, role, known, unused, labelColumn);
        foreach (var name in known.Where(IsLabelName)) dataset = LabelColumn.WithFloatMultiLabels(dataset, model, name);
        if (unused.Length == 0 || unusedColumns == UnusedColumns.Keep) return dataset;
        if (unusedColumns == UnusedColumns.Reject)
            throw new DatasetException($"{model.GetName()} does not read these columns of the {role} data: {string.Join(", ", unused)}. "
                + "Remove them with RemoveColumns, set RemoveUnusedColumns to true, or pass a custom collator or loss that uses them "
                + "(dataCollator, computeLoss).");
        logger?.LogInformation(TrainingEvents.ColumnsRemoved,
            "Columns of the {Role} data that {Model} does not read are removed: {Columns}. Inputs of the model: {Inputs}", role,
            model.GetName(), string.Join(", ", unused), string.Join(", ", model.InputNames.Union(model.LabelNames)));
        return dataset.SelectColumns(known);
    }

    internal static bool IsLabelName(string column) => Data.ColumnNames.Normalize(column) is "LABELS" or "LABEL" or "LABELIDS";

    /// <summary>
    /// Returns the new names of columns. A column is renamed if its name and a name that the model reads differ only in case and
    /// underscores, and no other column has that name.
    /// </summary>
    private static Dictionary<string, string> Renames(Dataset dataset, string[] read, IReadOnlyList<string> labels)
    {
        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = dataset.ColumnNames.ToHashSet(StringComparer.Ordinal);
        if (labels.Contains("labels") && _labelNames.Any(taken.Contains)) taken.Add("labels");
        foreach (var column in dataset.ColumnNames.Where(column => !read.Contains(column)))
        {
            var name = read.FirstOrDefault(name => Data.ColumnNames.Normalize(name) == Data.ColumnNames.Normalize(column));
            if (name is not null && _labelNames.Contains(name)) name = "labels";
            if (name is not null && taken.Add(name)) renames[column] = name;
        }
        return renames;
    }

    private static void RequireLabels(
        Dataset dataset, PretrainedModel model, string role, string[] known, string[] unused, string? labelColumn)
    {
        var missing = model.LabelNames.Where(model.InputNames.Contains)
            .Where(name => !known.Contains(name) && !(name == "labels" && _labelNames.Any(known.Contains))).ToArray();
        if (missing.Length > 0)
            throw new DatasetException($"The {role} data has no column '{string.Join("', '", missing)}', "
                + $"which the loss of {model.GetName()} requires. Columns of the data: {string.Join(", ", dataset.ColumnNames)}"
                + (model.Objective is LanguageModelObjective ? $". {LabelColumn.SourceHint(model)}"
                    : unused.Length > 0
                    ? $"; the model does not read {string.Join(", ", unused)}. {LabelColumn.RenameHint(dataset, unused, missing)}"
                    : ". Add it with Map."));
        foreach (var name in known.Where(name => model.LabelNames.Contains(name) || _labelNames.Contains(name)))
            LabelColumn.RequireNumeric(dataset[name], model, role, name == "labels" && labelColumn is not null ? labelColumn : name);
    }
}
