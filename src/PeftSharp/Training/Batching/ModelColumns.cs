using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>The columns of a data set that a model reads.</summary>
internal static class ModelColumns
{
    /// <summary>The data set with the columns that the model reads, and its labels under whichever name; the others are left out, or refused where they may not be.</summary>
    /// <exception cref="DatasetException">There are no rows, no input, or a column too many that may not be left out.</exception>
    internal static Dataset Of(Dataset dataset, PretrainedModel model, TrainingArguments arguments, string role, ILogger? logger)
    {
        if (dataset.Count == 0) throw new DatasetException($"The {role} data has no rows.");
        string[] read = [.. model.InputNames, "label", "label_ids"];
        var known = dataset.ColumnNames.Where(read.Contains).ToArray();
        var inputs = known.Except([.. model.LabelNames, "label", "label_ids"]).ToArray();
        if (inputs.Length == 0)
            throw new DatasetException($"The {role} data has no column that {model.GetName()} reads: it has {string.Join(", ", dataset.ColumnNames)}, the model reads {string.Join(", ", model.InputNames)}. Tokenize it with Map, or rename its columns.");
        if (known.Length == dataset.ColumnNames.Count) return dataset;
        var unused = dataset.ColumnNames.Except(known).ToArray();
        if (!arguments.RemoveUnusedColumns)
            throw new DatasetException($"{model.GetName()} does not read these columns of the {role} data: {string.Join(", ", unused)}. Take them away with RemoveColumns, or set RemoveUnusedColumns.");
        logger?.LogInformation("Columns of the {Role} data that {Model} does not read are left out: {Columns}", role, model.GetName(), string.Join(", ", unused));
        return dataset.SelectColumns(known);
    }
}
