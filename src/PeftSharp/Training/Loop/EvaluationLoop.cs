using System.Diagnostics;
using PeftSharp.Modeling;
using PeftSharp.Training.Batching;
using static TorchSharp.torch;

namespace PeftSharp.Training.Loop;

/// <summary>Runs the model on a whole dataset without gradients and computes the loss, the metrics and the predictions.</summary>
/// <param name="model">The model.</param>
/// <param name="loader">Collates rows into batches.</param>
/// <param name="arguments">The arguments of the run.</param>
/// <param name="scaling">Counts the targets of a batch.</param>
/// <param name="predictionStep">
/// Computes the loss, predictions and labels of a batch on the device of the model. The last argument: whether only the loss is needed.
/// </param>
/// <param name="preprocess">Replaces the predictions of a batch. Null: they are stored unchanged.</param>
/// <param name="computeMetrics">Computes metrics in addition to the loss; null: none.</param>
internal sealed class EvaluationLoop(
    PretrainedModel model, BatchLoader loader, TrainingArguments arguments, LossScaling scaling,
    Func<ModelInputs, ForwardOptions, bool, (Tensor? Loss, IReadOnlyList<Tensor> Logits, Tensor? Labels)> predictionStep,
    PreprocessLogitsForMetrics? preprocess, ComputeMetrics? computeMetrics)
{
    /// <param name="set">The rows, with the columns for the collator.</param>
    /// <param name="prefix">The prefix of the metric names, without underscore.</param>
    /// <param name="returnPredictions">Whether the result contains the predictions.</param>
    /// <param name="onStep">
    /// Called after each batch with the number of completed batches and the total number of batches, or 0 if it is not known.
    /// </param>
    /// <param name="cancel">Checked before each batch.</param>
    internal PredictionOutput Run(
        EvaluationSet set, string prefix, bool returnPredictions, Action<int, int> onStep, CancellationToken cancel)
    {
        if (set.Data.Count == 0) throw new DatasetException(
            $"The dataset whose metrics are named '{prefix}_…' has no rows. Check the filter or the split that created it.");
        var clock = Stopwatch.StartNew();
        var keepPredictions = returnPredictions || (computeMetrics is not null && !arguments.PredictionLossOnly);
        var accumulator = new Accumulator();
        var (batches, total) = set.Open(
            loader, arguments.PerDeviceEvalBatchSize, dropLast: arguments.DataloaderDropLast && !returnPredictions);
        using var opened = batches;
        var step = 0;
        DefaultGenerator.SkipDataLoaderSeed();
        using (model.Calls.CallInEvaluationMode(model))
        {
            while (batches.HasNext)
            {
                cancel.ThrowIfCancellationRequested();
                RunBatch(batches, accumulator, keepPredictions);
                onStep(++step, total);
            }
        }

        var prediction = accumulator.ToPrediction(model.Config.GivenLabelNames);
        var metrics = new OrderedDictionary<string, double>();
        if (accumulator.Targets > 0) metrics[$"{prefix}_loss"] = accumulator.Loss / accumulator.Targets;
        if (computeMetrics is not null && keepPredictions && prediction.HasLabels)
            foreach (var (name, value) in computeMetrics(prediction))
                metrics[name.StartsWith($"{prefix}_", StringComparison.Ordinal) ? name : $"{prefix}_{name}"] = value;
        Speed.AddTo(metrics, prefix, clock.Elapsed, batches.RowsRead, step);
        return new PredictionOutput(prediction, new MetricTable(metrics));
    }

    private void RunBatch(EpochBatches batches, Accumulator accumulator, bool keepPredictions)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var inputs = batches.Next();
        scaling.CheckInputs(inputs);                  // on the CPU: an invalid index on a GPU would break the CUDA context
        var targets = scaling.CountTargets(inputs);
        var (loss, logits, labels) = predictionStep(
            inputs.To(model.Device), scaling.Options(targets, lossOnly: !keepPredictions), !keepPredictions);
        if (loss is not null && targets > 0) accumulator.Add(loss.to(ScalarType.Float32).item<float>(), targets);
        if (!keepPredictions) return;
        accumulator.AddPredictions(preprocess is null ? logits : preprocess(logits, labels));
        if (labels is not null) accumulator.AddLabels(labels);
    }

    /// <summary>
    /// Accumulates the results of the batches. Each loss is weighted with its number of targets, so that the mean does not depend on the
    /// batch size.
    /// </summary>
    private sealed class Accumulator
    {
        private readonly List<ArrayCollector<float>> _predictions = [];
        private readonly ArrayCollector<long> _labelIds = new(-100);
        private readonly ArrayCollector<float> _labelValues = new(-100);

        internal double Loss { get; private set; }
        internal long Targets { get; private set; }

        internal void Add(float loss, long targets) => (Loss, Targets) = (Loss + (double)loss * targets, Targets + targets);

        internal void AddPredictions(IEnumerable<Tensor> tensors)
        {
            foreach (var (index, tensor) in tensors.Index())
            {
                if (index == _predictions.Count) _predictions.Add(new ArrayCollector<float>(-100));
                _predictions[index].Add(tensor.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), tensor.shape);
            }
        }

        internal void AddLabels(Tensor labels)
        {
            if (labels.dtype is ScalarType.Int64 or ScalarType.Int32)
                _labelIds.Add(labels.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray(), labels.shape);
            else _labelValues.Add(labels.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), labels.shape);
        }

        internal EvalPrediction ToPrediction(IReadOnlyList<string>? labelNames) => new(
            [.. _predictions.Select(collector => collector.ToArray()!)], _labelIds.ToArray(), _labelValues.ToArray(), labelNames);
    }
}
