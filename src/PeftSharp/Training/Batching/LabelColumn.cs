using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Selects and checks the label column of a dataset.</summary>
internal static class LabelColumn
{
    private const string Labels = "labels";
    private const int MaxClasses = 50;
    private static readonly string[] _usualNames = ["label", "class", "category", "target", "tag", "sentiment", "intent", "score", "rating",
        "stars", "topic", "type", "kind", "answer", "y"];

    /// <summary>Renames a column to <c>labels</c> and removes other columns that would be used as labels.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="model">The model.</param>
    /// <param name="column">The name of the label column.</param>
    /// <param name="role">The purpose of the dataset, such as <c>training</c>, for messages.</param>
    /// <param name="isNeeded">Whether a missing column throws an exception.</param>
    /// <param name="inputs">The names of the inputs of the model.</param>
    /// <exception cref="ArgumentException">The column is an input of the model, or the labels of the model have other names.</exception>
    /// <exception cref="DatasetException">The dataset has no such column.</exception>
    internal static Dataset SelectAndRename(
        Dataset dataset, PretrainedModel model, string column, string role, bool isNeeded, string[] inputs)
    {
        if (!model.LabelNames.Contains(Labels))
            throw new ArgumentException(
                $"labelColumn is '{column}', but the labels of {model.GetName()} are named {string.Join(" and ", model.LabelNames)}. "
                + "Omit labelColumn, and give the columns these names with RenameColumn.", nameof(column));
        if (inputs.Contains(column))
            throw new ArgumentException($"labelColumn is '{column}', which is an input of {model.GetName()}. "
                + "Set it to the name of the label column.", nameof(column));
        if (!dataset.ColumnNames.Contains(column))
            return isNeeded ? throw new DatasetException($"labelColumn is '{column}', but the {role} data has no such column. Columns: "
                + $"{string.Join(", ", dataset.ColumnNames)}.") : dataset;
        return dataset.RemoveColumns(dataset.ColumnNames.Where(name => name != column && ModelColumns.IsLabelName(name)))
            .RenameColumn(column, Labels);
    }

    /// <summary>Returns a hint that names the column that probably contains the labels, and how to select it.</summary>
    internal static string RenameHint(Dataset dataset, string[] unused, string[] missing)
    {
        if (missing is not [Labels]) return $"Rename the label columns with dataset.RenameColumn to {string.Join(" and ", missing)}.";
        var likely = unused.MaxBy(name => Likelihood(dataset[name]))!;
        var encode = dataset.Features[likely] is Value { Dtype: "string" }
            ? $" It contains text: first convert it to class ids with dataset.ClassEncodeColumn(\"{likely}\")."
            : "";
        return $"If '{likely}' contains the labels, pass labelColumn: "
            + $"\"{likely}\" to the trainer, or call dataset.RenameColumn(\"{likely}\", \"{Labels}\").{encode}";
    }

    /// <summary>Returns a hint about the source of the labels of a batch.</summary>
    internal static string SourceHint(PretrainedModel model) => model.Objective is LanguageModelObjective
        ? "The labels of a language model are made from its tokens: pass dataCollator: new DataCollatorForLanguageModeling(tokenizer"
            + $"{(model.Objective is CausalLMObjective ? ", mlm: false" : "")}) to the trainer."
        : "Add a label column to the dataset, or return the labels from the collator.";

    /// <summary>Checks that the labels are numbers of the type that the loss of the model expects.</summary>
    /// <exception cref="DatasetException">
    /// The labels are text, or have another type or length than the loss of the model expects.
    /// </exception>
    internal static void RequireNumeric(Column column, PretrainedModel model, string role, string name)
    {
        if (column.Feature is Value { Dtype: "string" })
            throw new DatasetException($"Column '{name}' of the {role} data contains text, but labels must be numbers. "
                + $"Convert class names to class ids with dataset.ClassEncodeColumn(\"{name}\"), or, if the column is not the label, "
                + $"remove it: RemoveColumns(\"{name}\").");
        ClassifierLabels.Require(column, model, $"Column '{name}' of the {role} data", name);
    }

    /// <summary>
    /// Converts lists of booleans to float32 for a sequence classifier, which then infers multi-label classification; integers would be
    /// class ids.
    /// </summary>
    internal static Dataset WithFloatMultiLabels(Dataset dataset, PretrainedModel model, string column) =>
        dataset.Features[column] is Sequence { Element: Value { Dtype: "bool" } }
        && model is { Objective: SequenceClassificationObjective, Config.ProblemType: null }
            ? dataset.CastColumn(column, new Sequence(new Value("float32")))
            : dataset;

    /// <summary>Returns a score of how likely a column contains the labels, by its name and type.</summary>
    private static int Likelihood(Column column)
    {
        var byName = _usualNames.Contains(column.Name, StringComparer.OrdinalIgnoreCase) ? 8
            : Array.Exists(_usualNames, usual => usual.Length > 1 && column.Name.Contains(usual, StringComparison.OrdinalIgnoreCase))
                ? 4
                : 0;
        return byName + column.Feature switch
        {
            ClassLabel => 8,
            Sequence { Element: ClassLabel } => 7,
            Value { Dtype: "bool" } => 3,
            Value { Dtype: "int32" or "int64" or "float32" or "float64" } => 2,
            Value { Dtype: "string" } when column.Take(1000).Distinct().Take(MaxClasses + 1).Count() is var different
                && different <= MaxClasses && different < column.Count => 3,
            _ => 0,
        };
    }
}
