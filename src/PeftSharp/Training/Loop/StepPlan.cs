using PeftSharp.Internal;

namespace PeftSharp.Training.Loop;

/// <summary>The number of batches, optimizer steps and epochs of a run, computed as in transformers.</summary>
/// <param name="BatchesPerEpoch">The number of batches per epoch.</param>
/// <param name="UpdatesPerEpoch">The number of optimizer steps per epoch; the last may have fewer batches.</param>
/// <param name="MaxSteps">The number of optimizer steps of the run.</param>
/// <param name="Epochs">
/// The number of epochs, rounded up; <see cref="int.MaxValue"/> for a stream whose number of rows is not known.
/// </param>
/// <param name="Samples">The number of rows that the run processes.</param>
/// <param name="Rows">The number of rows of the training data; null for a stream whose number of rows is not known.</param>
internal sealed record StepPlan(int BatchesPerEpoch, int UpdatesPerEpoch, int MaxSteps, int Epochs, double Samples, long? Rows)
{
    /// <param name="rows">The number of rows of the training data.</param>
    /// <param name="arguments">The arguments of the run.</param>
    /// <param name="customBatches">
    /// The batches of an epoch if <c>GetTrainBatches</c> is overridden. Null: determined by the arguments.
    /// </param>
    /// <exception cref="DatasetException">There are no rows, or fewer rows than a batch while incomplete batches are dropped.</exception>
    internal static StepPlan For(long rows, TrainingArguments arguments, IReadOnlyList<int[]>? customBatches = null)
    {
        if (rows == 0) throw new DatasetException("The training data has no rows. Check the filter or the split that created it.");
        var batch = arguments.PerDeviceTrainBatchSize;
        var batches = customBatches?.Count ?? checked((int)(arguments.DataloaderDropLast ? rows / batch : (rows + batch - 1) / batch));
        if (batches == 0)
            throw new DatasetException($"The training data has {Quantity.Of(rows, "row")}, fewer than PerDeviceTrainBatchSize ({batch}), "
                + "and DataloaderDropLast drops incomplete batches. Reduce PerDeviceTrainBatchSize, or set DataloaderDropLast to false.");
        var accumulation = arguments.GradientAccumulationSteps;
        var updates = (batches + accumulation - 1) / accumulation;
        var samples = customBatches?.Sum(rowsOfBatch => rowsOfBatch.Length);
        if (arguments.MaxSteps > 0)
            return new StepPlan(batches, updates, arguments.MaxSteps, (arguments.MaxSteps + updates - 1) / updates,
                samples * (double)arguments.MaxSteps / updates ?? (double)arguments.MaxSteps * batch * accumulation, rows);
        return new StepPlan(batches, updates, (int)Math.Ceiling(arguments.NumTrainEpochs * updates),
            (int)Math.Ceiling(arguments.NumTrainEpochs), (samples ?? rows) * arguments.NumTrainEpochs, rows);
    }

    /// <summary>
    /// Returns the plan for a stream. If the number of rows is not known, an epoch has as many steps as the run, as in transformers. The
    /// epoch in the log is then the number of completed passes over the stream, plus the batches of the current pass divided by the batches
    /// of the run.
    /// </summary>
    /// <param name="rows">The number of rows. Null: the number is not known; <see cref="TrainingArguments.MaxSteps"/> is then
    /// required.</param>
    /// <param name="arguments">The arguments of the run.</param>
    /// <exception cref="DatasetException">There are no rows, or fewer rows than a batch while incomplete batches are dropped.</exception>
    internal static StepPlan ForStream(long? rows, TrainingArguments arguments) => rows is { } count
        ? For(count, arguments)
        : new StepPlan(
            checked(arguments.MaxSteps * arguments.GradientAccumulationSteps), arguments.MaxSteps, arguments.MaxSteps, int.MaxValue,
            (double)arguments.MaxSteps * arguments.PerDeviceTrainBatchSize * arguments.GradientAccumulationSteps, Rows: null);

    /// <summary>Returns the number of steps between two events, at least 1.</summary>
    internal int Interval(StepsOrRatio steps) => Math.Max(1, steps.In(MaxSteps));
}
