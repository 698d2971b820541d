using System.Diagnostics;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training.Batching;
using static TorchSharp.torch;

namespace PeftSharp.Training.Loop;

/// <summary>The model over a whole data set without learning: the loss, the metrics and the predictions.</summary>
/// <param name="model">What is evaluated.</param>
/// <param name="loader">Rows to batches.</param>
/// <param name="arguments">The run's arguments.</param>
/// <param name="scaling">Targets of a batch.</param>
/// <param name="predictionStep">Loss, predictions and labels of a batch on the model's device; the last argument says whether the loss is all that is needed.</param>
/// <param name="preprocess">Replaces the predictions of a batch; null: they are kept as they are.</param>
/// <param name="computeMetrics">Metrics beside the loss.</param>
internal sealed class EvaluationLoop(
    PretrainedModel model, BatchLoader loader, TrainingArguments arguments, LossScaling scaling,
    Func<ModelInputs, ForwardOptions, bool, (Tensor? Loss, IReadOnlyList<Tensor> Logits, Tensor? Labels)> predictionStep, PreprocessLogitsForMetrics? preprocess, ComputeMetrics? computeMetrics)
{
    /// <param name="dataset">Rows as the collator takes them.</param>
    /// <param name="prefix">Put before each name, with an underscore.</param>
    /// <param name="predictionsWanted">Whether the caller wants the predictions themselves.</param>
    /// <param name="onStep">Told the batches done and the batches there are.</param>
    /// <param name="cancel">Looked at before each batch.</param>
    internal PredictionOutput Run(Dataset dataset, string prefix, bool predictionsWanted, Action<int, int> onStep, CancellationToken cancel)
    {
        if (dataset.Count == 0) throw new DatasetException($"The data for {prefix} has no rows.");
        var clock = Stopwatch.StartNew();
        var keep = predictionsWanted || (computeMetrics is not null && !arguments.PredictionLossOnly);
        var sums = new Sums();
        var batches = BatchLoader.InOrder(dataset.Count, arguments.PerDeviceEvalBatchSize, dropLast: arguments.DataloaderDropLast && !predictionsWanted);
        RandomStream.SkipLoaderSeed();
        using (model.Calls.CallInEvaluationMode(model))
        {
            using var queue = loader.Queue(dataset, batches);
            for (var step = 0; step < batches.Count; step++)
            {
                cancel.ThrowIfCancellationRequested();
                RunBatch(queue, sums, keep);
                onStep(step + 1, batches.Count);
            }
        }

        var prediction = sums.ToPrediction();
        var metrics = new OrderedDictionary<string, double>();
        if (sums.Targets > 0) metrics[$"{prefix}_loss"] = sums.Loss / sums.Targets;
        if (computeMetrics is not null && keep && prediction.HasLabels)
            foreach (var (name, value) in computeMetrics(prediction))
                metrics[name.StartsWith($"{prefix}_", StringComparison.Ordinal) ? name : $"{prefix}_{name}"] = value;
        Speed.AddTo(metrics, prefix, clock.Elapsed, batches.Sum(rows => rows.Length), batches.Count);
        return new PredictionOutput(prediction, new MetricTable(metrics));
    }

    private void RunBatch(BatchQueue queue, Sums sums, bool keep)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        using var inputs = queue.Next();
        scaling.CheckInputs(inputs);                  // on the CPU: what native code would crash on is no longer seen on a GPU
        var targets = scaling.CountTargets(inputs);
        var (loss, logits, labels) = predictionStep(inputs.To(model.Device), scaling.Options(targets, lossOnly: !keep), !keep);
        if (loss is not null && targets > 0) sums.Add(loss.to(ScalarType.Float32).item<float>(), targets);
        if (!keep) return;
        sums.AddPredictions(preprocess is null ? logits : preprocess(logits, labels));
        if (labels is not null) sums.AddLabels(labels);
    }

    /// <summary>What has been seen so far. The loss is weighted by its targets, so that it does not depend on how the rows were cut into batches.</summary>
    private sealed class Sums
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
            if (labels.dtype is ScalarType.Int64 or ScalarType.Int32) _labelIds.Add(labels.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray(), labels.shape);
            else _labelValues.Add(labels.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), labels.shape);
        }

        internal EvalPrediction ToPrediction() => new([.. _predictions.Select(collector => collector.ToArray()!)], _labelIds.ToArray(), _labelValues.ToArray());
    }
}
