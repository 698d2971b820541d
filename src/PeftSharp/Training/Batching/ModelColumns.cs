using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>The columns of a data set that a model reads.</summary>
internal static class ModelColumns
{
    private static readonly string[] _labelNames = ["label", "label_ids"];

    /// <summary>
    /// The data set with the columns that the model reads, under Python's names. A column is found whatever its case and underscores (<c>InputIds</c>, <c>Label</c>), and <c>label</c> and <c>label_ids</c> are labels too.
    /// <paramref name="others"/> says what happens to the other columns.
    /// </summary>
    /// <param name="dataset">The data.</param>
    /// <param name="model">The model.</param>
    /// <param name="others">What happens to the columns that the model does not read.</param>
    /// <param name="role">What the data is for, for messages.</param>
    /// <param name="needsLabels">Whether it is an error that the data has no labels.</param>
    /// <param name="logger">Told which columns are left out.</param>
    /// <param name="labelColumn">The column of the labels; null: found by its name.</param>
    /// <exception cref="ArgumentException"><paramref name="labelColumn"/> is an input of the model, or the model has no such labels.</exception>
    /// <exception cref="DatasetException">There are no rows, no input, no labels where they are needed, or an unused column that may not be left out.</exception>
    internal static Dataset Of(Dataset dataset, PretrainedModel model, UnusedColumns others, string role, bool needsLabels, ILogger? logger, string? labelColumn = null)
    {
        if (dataset.Count == 0) throw new DatasetException($"The {role} data has no rows.");
        string[] read = [.. model.InputNames.Union(model.LabelNames), .. _labelNames];
        if (labelColumn is not null) dataset = LabelColumn.Rename(dataset, model, labelColumn, role, isNeeded: needsLabels || role == "training", [.. read.Except(model.LabelNames).Except(_labelNames)]);
        if (others == UnusedColumns.Raw) return dataset;
        var renamed = Renamed(dataset, read, model.LabelNames);
        if (renamed.Count > 0) dataset = dataset.RenameColumns(renamed);
        var known = dataset.ColumnNames.Where(read.Contains).ToArray();
        var unused = dataset.ColumnNames.Except(known).ToArray();
        if (known.Except([.. model.LabelNames, .. _labelNames]).ToArray().Length == 0)
            throw new DatasetException($"The {role} data has no column that {model.GetName()} reads: it has {string.Join(", ", dataset.ColumnNames)}, the model reads {string.Join(", ", model.InputNames)}. Tokenize it with Map, or rename its columns. For a collator of your own that reads other columns, set RemoveUnusedColumns to false.");
        if (needsLabels) RequireLabels(dataset, model, role, known, unused, labelColumn);
        foreach (var name in known.Where(IsLabels)) dataset = LabelColumn.WithSeveralLabels(dataset, model, name);
        if (unused.Length == 0 || others == UnusedColumns.Keep) return dataset;
        if (others == UnusedColumns.Refuse)
            throw new DatasetException($"{model.GetName()} does not read these columns of the {role} data: {string.Join(", ", unused)}. Take them away with RemoveColumns, or set RemoveUnusedColumns to true. Columns that the model does not read are for a collator or a loss of your own (dataCollator, computeLoss).");
        logger?.LogInformation("Columns of the {Role} data that {Model} does not read are left out: {Columns}. It reads {Inputs}", role, model.GetName(), string.Join(", ", unused), string.Join(", ", model.InputNames.Union(model.LabelNames)));
        return dataset.SelectColumns(known);
    }

    internal static bool IsLabels(string column) => Plain(column) is "LABELS" or "LABEL" or "LABELIDS";

    /// <summary>Columns whose name differs from one that is read only in case and underscores, if no column has the name itself.</summary>
    private static Dictionary<string, string> Renamed(Dataset dataset, string[] read, IReadOnlyList<string> labels)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = dataset.ColumnNames.ToHashSet(StringComparer.Ordinal);
        if (labels.Contains("labels") && _labelNames.Any(taken.Contains)) taken.Add("labels");
        foreach (var column in dataset.ColumnNames.Where(column => !read.Contains(column)))
        {
            var name = read.FirstOrDefault(name => Plain(name) == Plain(column));
            if (name is not null && _labelNames.Contains(name)) name = "labels";
            if (name is not null && taken.Add(name)) renamed[column] = name;
        }
        return renamed;
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static void RequireLabels(Dataset dataset, PretrainedModel model, string role, string[] known, string[] unused, string? labelColumn)
    {
        var missing = model.LabelNames.Where(model.InputNames.Contains).Where(name => !known.Contains(name) && !(name == "labels" && _labelNames.Any(known.Contains))).ToArray();
        if (missing.Length > 0)
            throw new DatasetException($"The {role} data has no column '{string.Join("', '", missing)}', so {model.GetName()} has nothing to learn. Its columns are {string.Join(", ", dataset.ColumnNames)}"
                + (unused.Length > 0 ? $"; the model does not read {string.Join(", ", unused)}. {LabelColumn.Hint(dataset, unused, missing)}" : ". Add it with Map."));
        foreach (var name in known.Where(name => model.LabelNames.Contains(name) || _labelNames.Contains(name)))
            LabelColumn.RequireNumbers(dataset[name], model, role, name == "labels" && labelColumn is not null ? labelColumn : name);
    }
}
