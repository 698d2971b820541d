using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>Converts rows into a batch of tensors (transformers' <c>DataCollator</c>).</summary>
/// <remarks>
/// Thread safety: if <c>DataloaderNumWorkers</c> is above 0, several threads call an instance concurrently, unless
/// <see cref="DrawsRandomNumbers"/> is true.
/// </remarks>
public interface IDataCollator
{
    /// <summary>Converts rows into a batch on the CPU.</summary>
    /// <param name="rows">The rows, at least one; all have the same columns.</param>
    /// <returns>The tensors by name, [batch, …] each. The caller disposes them.</returns>
    /// <exception cref="DatasetException">
    /// A column cannot be converted to a tensor; the message contains its name and the remedy.
    /// </exception>
    ModelInputs Collate(IReadOnlyList<Row> rows);

    /// <summary>
    /// Converts rows into a batch for training. A collator that changes rows at random implements this method. If its random numbers depend
    /// only on <paramref name="epoch"/> and <see cref="Row.Index"/>, a resumed run and a run with several threads get the same batches.
    /// By default, this method calls <see cref="Collate"/>. Evaluation and prediction always call <see cref="Collate"/>.
    /// </summary>
    /// <param name="rows">The rows, at least one; all have the same columns.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <returns>The tensors by name, [batch, …] each. The caller disposes them.</returns>
    ModelInputs CollateForTraining(IReadOnlyList<Row> rows, int epoch) => Collate(rows);

    /// <summary>
    /// The columns that the collator reads in addition to the inputs of the model, such as the paths of images. The trainer does not remove
    /// these columns. Default: none.
    /// </summary>
    IReadOnlyList<string> ColumnNames => [];

    /// <summary>
    /// Whether a batch depends on random numbers or on earlier batches. If true, batches are collated one after the other on the training
    /// thread even if <see cref="TrainingArguments.DataloaderNumWorkers"/> is above 0, so that a run is reproducible. A collator that calls
    /// another collator should return the value of the other collator. Default false.
    /// </summary>
    bool DrawsRandomNumbers => false;
}
