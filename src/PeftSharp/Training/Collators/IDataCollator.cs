using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>Rows in, one batch of tensors out.</summary>
/// <remarks>Thread safety: with <c>DataloaderNumWorkers</c> above 0 several threads call one instance at once, except a collator that draws random numbers, which is called by one thread at a time.</remarks>
public interface IDataCollator
{
    /// <summary>The rows as one batch, on the CPU. Called from several threads at once where <see cref="TrainingArguments.DataloaderNumWorkers"/> is above 0.</summary>
    /// <param name="rows">At least one row; every row has the same columns.</param>
    /// <exception cref="DatasetException">A column cannot become a tensor; the message names it and the way out.</exception>
    ModelInputs Collate(IReadOnlyList<Row> rows);

    /// <summary>
    /// Whether batches draw random numbers or depend on those before them: they are then made one by one in their turn, whatever <see cref="TrainingArguments.DataloaderNumWorkers"/> says, so
    /// that the same seed gives the same run. A collator that calls another one passes its answer on. Default false.
    /// </summary>
    bool DrawsRandomNumbers => false;
}
