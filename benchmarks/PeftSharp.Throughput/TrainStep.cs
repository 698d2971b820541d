using System.Diagnostics;
using PeftSharp.Modeling;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Throughput;

/// <summary>
/// Measures the median time of a training step through the <see cref="Trainer"/>. The rows have no padding, the labels are random, and the
/// first two steps are not counted.
/// </summary>
internal static class TrainStep
{
    private const int NotCounted = 2;

    internal static int Run(Options options)
    {
        var (name, method, precision) = (options.Word("model", Models.Names), options.Word("method", "full", "lora"),
            options.Word("precision", "fp32", "bf16"));
        var (batch, length, steps, threads, rank) = (options.Number("batch", 16), options.Number("length", 128), options.Number("steps", 8),
            options.Number("threads", 2), options.Number("rank", 8));
        var (device, layers) = (options.Word("device", "cpu", "cuda"), options.Number("layers", 0));
        PeftSharp.Kernels.FastPaths.Allocator = options.Word("allocator", "on", "off") == "on";        // opt-in: a program asks for it
        var line = options.Read();
        if (threads > 0) set_num_threads(threads);                         // 0: what the library chooses
        manual_seed(1);
        var model = Models.Create(name, layers);
        if (method == "lora")
            model = model.GetPeftModel(
                new LoraConfig { R = rank, LoraAlpha = 16, LoraDropout = 0.1, TaskType = TaskOf(model) });

        var (rows, collator) = TrainRows.For(model, batch * (steps + NotCounted), length);
        using var folder = new ScratchFolder();
        var watch = new StepWatch();
        var arguments = new TrainingArguments(folder.Path)
        {
            PerDeviceTrainBatchSize = batch,
            MaxSteps = steps + NotCounted,
            LearningRate = 5e-5,
            WeightDecay = 0.01,
            UseCpu = device == "cpu",
            Bf16 = precision == "bf16",
            SaveStrategy = SaveStrategy.No,
            LoggingStrategy = IntervalStrategy.No,
        };
        var before = Machine.PeakMegabytes();
        new Trainer(model, arguments, rows, dataCollator: collator, callbacks: [watch]).Train();
        var times = watch.Times.Skip(NotCounted).ToArray();
        var median = Machine.Median(times);
        return Machine.Print(line,
            ("trainable", model.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => (double)parameter.numel())),
            ("step_ms", Math.Round(median * 1000, 1)), ("step_ms_min", Math.Round(times.Min() * 1000, 1)),
            ("interval_ms", Math.Round(Machine.Median(watch.Intervals.Skip(NotCounted - 1)) * 1000, 2)),
            ("start_to_first_step_s", Math.Round(watch.FirstStep, 2)), ("tokens_per_s", Math.Round(batch * length / median, 1)),
            ("peak_rss_mb", Machine.PeakMegabytes()), ("rss_before_mb", before));
    }

    private static TaskType? TaskOf(PretrainedModel model) => model.Objective switch
    {
        LanguageModelObjective => TaskType.CausalLM,
        _ when model.Inputs[0].Name == "pixel_values" => null,
        _ => TaskType.SeqCls,
    };

    private sealed class StepWatch : TrainerCallback
    {
        private long _start, _end;

        internal List<double> Times { get; } = [];

        /// <summary>
        /// Seconds from the end of one step to the end of the next, with the making of the batch. On a GPU the end of a step does not wait
        /// for its last kernels, so this is the time of a step there.
        /// </summary>
        internal List<double> Intervals { get; } = [];

        internal double FirstStep { get; private set; }

        public override void OnStepBegin(TrainingArguments args, TrainerState state, TrainerControl control)
        {
            if (FirstStep == 0) FirstStep = Machine.SecondsSinceStart();
            _start = Stopwatch.GetTimestamp();
        }

        public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control)
        {
            Times.Add(Stopwatch.GetElapsedTime(_start).TotalSeconds);
            if (_end != 0) Intervals.Add(Stopwatch.GetElapsedTime(_end).TotalSeconds);
            _end = Stopwatch.GetTimestamp();
        }
    }
}
