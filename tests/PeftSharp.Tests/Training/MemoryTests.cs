using System.Diagnostics;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>A long run leaves nothing behind: neither tensors nor memory of the process.</summary>
public sealed class MemoryTests : IDisposable
{
    private const int MostMegabytes = 24;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void Sixty_steps_leave_as_many_tensors_as_twenty(bool adapter) =>
        Train(steps: 60, new Meter(firstAt: 20), adapter).AssertTensors();

    [Theory, InlineData(false), InlineData(true), Trait("Category", "Slow")]
    public void Five_hundred_steps_use_as_much_memory_as_one_hundred(bool adapter)
    {
        var meter = Train(steps: 500, new Meter(firstAt: 100), adapter);      // until then the runtime compiles optimized code
        meter.AssertTensors();
        meter.AssertMemory();
    }

    private Meter Train(int steps, Meter meter, bool adapter)
    {
        var args = TinyRun.Arguments(_folder) with { MaxSteps = steps, LoggingSteps = 10, GradientAccumulationSteps = 2 };
        var model = TinyRun.Model(dropout: 0.1);
        if (adapter) model = model.GetPeftModel(new LoraConfig { TaskType = TaskType.SeqCls, R = 2, LoraDropout = 0.1 });
        var trainer = new Trainer(
            model, args, TinyRun.Rows(64), dataCollator: new DataCollatorWithPadding(padTokenId: 0), callbacks: [meter]);
        Meter.CollectGarbage();                       // tensors left from the creation of the model
        trainer.Train();
        Assert.Equal(steps, trainer.State.GlobalStep);
        trainer.Model.Dispose();
        return meter;
    }

    [Fact]
    public void A_run_that_evaluates_and_saves_leaves_only_the_model()
    {
        using var model = TinyRun.Model();
        var args = TinyRun.Arguments(_folder) with
        {
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 2,
            SaveStrategy = SaveStrategy.Steps,
            SaveSteps = 4,
            LoadBestModelAtEnd = true,
        };
        Trainer Make() => new(model, args, TinyRun.Rows(16), TinyRun.Rows(6), new DataCollatorWithPadding(padTokenId: 0));
        Make().Train();
        Meter.CollectGarbage();
        var before = Meter.LiveTensors();
        Make().Train();
        Make().Train(resumeFromCheckpoint: Path.Combine(_folder.Path, "checkpoint-8"));
        Assert.Equal(before, Meter.LiveTensors());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluating_and_predicting_five_thousand_rows_leaves_no_tensor_behind(bool predict)
    {
        var meter = new Meter(firstAt: 20);
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder), evaluation: TinyRun.Rows(5000),
            computeMetrics: prediction => new Dictionary<string, double> { ["rows"] = prediction.Predictions.Count }, callbacks: [meter]);
        Meter.CollectGarbage();
        var before = Meter.LiveTensors();
        var metrics = predict ? trainer.Predict(TinyRun.Rows(5000)).Metrics : trainer.Evaluate();
        Assert.Equal(5000, metrics[predict ? "test_rows" : "eval_rows"]);
        Assert.Equal(before, Meter.LiveTensors());
        meter.AssertTensors();
        meter.AssertMemory();
        trainer.Model.Dispose();
    }

    /// <summary>Live tensors and resident memory, first after the caches of a run have filled, then at its end.</summary>
    private sealed class Meter(int firstAt) : TrainerCallback
    {
        private (long Tensors, long Bytes)? _first, _last;

        /// <summary>Frees what earlier tests left, which would otherwise be subtracted from what this test leaves.</summary>
        internal static void CollectGarbage()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        /// <summary>
        /// Handles that the program holds. The garbage collector does not run before the last count, because no handle may depend on it.
        /// </summary>
        internal static long LiveTensors() => Tensor.TotalCount;

        public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Look(state.GlobalStep);

        public override void OnPredictionStep(
            TrainingArguments args, TrainerState state, TrainerControl control, int completed, int total) =>
            Look(completed);

        internal void AssertTensors() => Assert.Equal(_first!.Value.Tensors, _last!.Value.Tensors);

        internal void AssertMemory()
        {
            var grown = (_last!.Value.Bytes - _first!.Value.Bytes) / 1e6;
            grown.Should().BeLessThan(MostMegabytes, "the process does not grow, in megabytes");
        }

        private void Look(int step)
        {
            using var process = Process.GetCurrentProcess();
            _last = (LiveTensors(), process.WorkingSet64);
            if (step == firstAt) _first = _last;
        }
    }
}
