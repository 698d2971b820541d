using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>The column of the labels: chosen by name, looked for, and checked.</summary>
internal static class LabelColumn
{
    private const string Labels = "labels";
    private const int MaxClasses = 50;
    private static readonly string[] _usualNames = ["label", "class", "category", "target", "tag", "sentiment", "intent", "score", "rating", "stars", "topic", "type", "kind", "answer", "y"];

    /// <summary>The data set with this column as its labels; other columns that would be read as labels are taken away.</summary>
    /// <param name="dataset">The data.</param>
    /// <param name="model">The model.</param>
    /// <param name="column">The column.</param>
    /// <param name="role">What the data is for, for messages.</param>
    /// <param name="isNeeded">Whether it is an error that the data has no such column.</param>
    /// <param name="inputs">The names that the model reads as inputs.</param>
    /// <exception cref="ArgumentException">The column is an input of the model, or the model has other labels.</exception>
    /// <exception cref="DatasetException">There is no such column.</exception>
    internal static Dataset Rename(Dataset dataset, PretrainedModel model, string column, string role, bool isNeeded, string[] inputs)
    {
        if (!model.LabelNames.Contains(Labels))
            throw new ArgumentException($"labelColumn is '{column}', but the labels of {model.GetName()} are {string.Join(" and ", model.LabelNames)}. Leave labelColumn out and rename the columns with RenameColumn.", nameof(column));
        if (inputs.Contains(column)) throw new ArgumentException($"labelColumn is '{column}', which {model.GetName()} reads as an input. Name the column of the labels.", nameof(column));
        if (!dataset.ColumnNames.Contains(column))
            return isNeeded ? throw new DatasetException($"The {role} data has no column '{column}', which labelColumn names; its columns are {string.Join(", ", dataset.ColumnNames)}.") : dataset;
        return dataset.RemoveColumns(dataset.ColumnNames.Where(name => name != column && ModelColumns.IsLabels(name))).RenameColumn(column, Labels);
    }

    /// <summary>How to name the column of the labels that is probably meant.</summary>
    internal static string Hint(Dataset dataset, string[] unused, string[] missing)
    {
        if (missing is not [Labels]) return $"Rename the columns of the labels with dataset.RenameColumn to {string.Join(" and ", missing)}.";
        var likely = unused.MaxBy(name => Likelihood(dataset[name]))!;
        var encode = dataset.Features[likely] is Value { Dtype: "string" } ? $" It holds text: turn it into numbers first with dataset.ClassEncodeColumn(\"{likely}\")." : "";
        return $"If '{likely}' holds the labels, pass labelColumn: \"{likely}\" to the trainer, or call dataset.RenameColumn(\"{likely}\", \"{Labels}\").{encode}";
    }

    /// <exception cref="DatasetException">The labels are text, or class numbers that are stored as decimals.</exception>
    internal static void RequireNumbers(Column column, PretrainedModel model, string role, string name)
    {
        if (column.Feature is Value { Dtype: "string" })
            throw new DatasetException($"Column '{name}' of the {role} data holds text, but labels are numbers. Turn the names into numbers with dataset.ClassEncodeColumn(\"{name}\").");
        if (column.Feature is Value { Dtype: "float64" or "float32" or "decimal" } && model is { Objective: SequenceClassificationObjective, Config: { NumLabels: > 1, ProblemType: null } }
            && Enumerable.Range(0, column.Count).All(row => column.IsNull(row) || double.IsInteger(column.Double(row))))
            throw new DatasetException($"Column '{name}' of the {role} data holds decimals that are all whole, but {model.GetName()} has {model.Config.NumLabels} classes. Make them class numbers with dataset.CastColumn(\"{name}\", new Value(\"int64\")), or, if they are numbers to predict, load the model with numLabels: 1.");
    }

    /// <summary>The data set with lists of booleans as numbers, if a classifier of whole texts reads them as the labels that each text has; integers would be taken for classes.</summary>
    internal static Dataset WithSeveralLabels(Dataset dataset, PretrainedModel model, string column) =>
        dataset.Features[column] is Sequence { Element: Value { Dtype: "bool" } } && model is { Objective: SequenceClassificationObjective, Config.ProblemType: null }
            ? dataset.CastColumn(column, new Sequence(new Value("float32")))
            : dataset;

    /// <summary>The larger, the more a column looks like labels: by its name, then by its type.</summary>
    private static int Likelihood(Column column)
    {
        var byName = _usualNames.Contains(column.Name, StringComparer.OrdinalIgnoreCase) ? 8
            : Array.Exists(_usualNames, usual => usual.Length > 1 && column.Name.Contains(usual, StringComparison.OrdinalIgnoreCase)) ? 4 : 0;
        return byName + column.Feature switch
        {
            ClassLabel => 8,
            Sequence { Element: ClassLabel } => 7,
            Value { Dtype: "bool" } => 3,
            Value { Dtype: "int32" or "int64" or "float32" or "float64" } => 2,
            Value { Dtype: "string" } when column.Take(1000).Distinct().Take(MaxClasses + 1).Count() is var different && different <= MaxClasses && different < column.Count => 3,
            _ => 0,
        };
    }
}
