namespace PeftSharp.Training.Loop;

/// <summary>How many batches, optimizer steps and epochs a run has: arithmetic of numbers alone, as in transformers.</summary>
/// <param name="BatchesPerEpoch">Batches in one pass over the data.</param>
/// <param name="UpdatesPerEpoch">Optimizer steps in one pass; the last may have fewer batches.</param>
/// <param name="MaxSteps">Optimizer steps of the run.</param>
/// <param name="Epochs">Passes over the data that are begun.</param>
/// <param name="Samples">Rows that the run sees.</param>
/// <param name="Rows">Rows of the training data.</param>
internal sealed record StepPlan(int BatchesPerEpoch, int UpdatesPerEpoch, int MaxSteps, int Epochs, double Samples, int Rows)
{
    /// <param name="rows">Rows of the training data.</param>
    /// <param name="arguments">The run's arguments.</param>
    /// <param name="ownBatches">The batches of an epoch where the caller makes them. Null: those of the arguments.</param>
    /// <exception cref="DatasetException">There is no row, or not one full batch where part of one is left out.</exception>
    internal static StepPlan For(int rows, TrainingArguments arguments, IReadOnlyList<int[]>? ownBatches = null)
    {
        if (rows == 0) throw new DatasetException("The training data has no rows.");
        var batch = arguments.PerDeviceTrainBatchSize;
        var batches = ownBatches?.Count ?? (arguments.DataloaderDropLast ? rows / batch : (rows + batch - 1) / batch);
        if (batches == 0)
            throw new DatasetException($"The training data has {rows} rows, fewer than one batch of {batch}, and DataloaderDropLast leaves it out. Use a smaller PerDeviceTrainBatchSize.");
        var accumulation = arguments.GradientAccumulationSteps;
        var updates = (batches + accumulation - 1) / accumulation;
        var samples = ownBatches?.Sum(rowsOfBatch => rowsOfBatch.Length);
        if (arguments.MaxSteps > 0)
            return new StepPlan(batches, updates, arguments.MaxSteps, (arguments.MaxSteps + updates - 1) / updates, samples * (double)arguments.MaxSteps / updates ?? (double)arguments.MaxSteps * batch * accumulation, rows);
        return new StepPlan(batches, updates, (int)Math.Ceiling(arguments.NumTrainEpochs * updates), (int)Math.Ceiling(arguments.NumTrainEpochs), (samples ?? rows) * arguments.NumTrainEpochs, rows);
    }

    /// <summary>The number of steps between two events.</summary>
    internal int Interval(StepsOrRatio steps) => Math.Max(1, steps.In(MaxSteps));
}
