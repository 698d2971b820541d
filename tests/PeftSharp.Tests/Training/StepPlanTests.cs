using PeftSharp.Training;
using PeftSharp.Training.Loop;

namespace PeftSharp.Tests.Training;

/// <summary>Batches, steps and epochs: the formulas equal the counted values, and a run follows the plan.</summary>
public sealed class StepPlanTests
{
    [Fact]
    public void The_plan_equals_the_counted_steps()
    {
        foreach (var rows in new[] { 1, 2, 3, 7, 8, 9, 10, 16, 100 })
            foreach (var batch in new[] { 1, 2, 3, 8, 101 })
                foreach (var accumulation in new[] { 1, 2, 3, 5 })
                    foreach (var dropLast in new[] { false, true })
                        foreach (var (maxSteps, epochs) in new[]
                        {
                            (-1, 1.0), (-1, 3.0), (-1, 0.4), (-1, 1.5), (-1, 2.999), (1, 3.0), (5, 3.0), (1000, 0.1),
                        })
                        {
                            if (dropLast && rows < batch) continue;
                            var args = new TrainingArguments
                            {
                                PerDeviceTrainBatchSize = batch, GradientAccumulationSteps = accumulation, DataloaderDropLast = dropLast,
                                MaxSteps = maxSteps, NumTrainEpochs = epochs,
                            };
                            var (batches, updates) = CountEpoch(rows, batch, accumulation, dropLast);
                            var steps = maxSteps > 0 ? maxSteps : Enumerable.Range(1, int.MaxValue).First(step => step >= epochs * updates);
                            var begun = maxSteps > 0
                                ? Enumerable.Range(1, int.MaxValue).First(epoch => epoch * updates >= steps)
                                : Enumerable.Range(1, int.MaxValue).First(epoch => epoch >= epochs);
                            var plan = StepPlan.For(rows, args);
                            Assert.Equal(
                                (batches, updates, steps, begun), (plan.BatchesPerEpoch, plan.UpdatesPerEpoch, plan.MaxSteps, plan.Epochs));
                        }
    }

    /// <summary>One epoch, row by row.</summary>
    private static (int Batches, int Updates) CountEpoch(int rows, int batch, int accumulation, bool dropLast)
    {
        var (batches, updates, rowsOfBatch, batchesOfGroup) = (0, 0, 0, 0);
        for (var row = 0; row < rows; row++)
        {
            rowsOfBatch++;
            if (rowsOfBatch < batch && (row < rows - 1 || dropLast)) continue;
            (rowsOfBatch, batches, batchesOfGroup) = (0, batches + 1, batchesOfGroup + 1);
            if (batchesOfGroup < accumulation) continue;
            (batchesOfGroup, updates) = (0, updates + 1);
        }
        return (batches, updates + (batchesOfGroup > 0 ? 1 : 0));
    }

    [Theory]
    [InlineData(11, 2, 1, false, -1, 2.0)]
    [InlineData(11, 2, 4, false, -1, 2.0)]
    [InlineData(11, 2, 4, true, -1, 1.5)]
    [InlineData(11, 3, 2, false, 5, 1.0)]
    [InlineData(3, 8, 1, false, -1, 2.0)]
    public void A_run_does_what_was_planned(int rows, int batch, int accumulation, bool dropLast, int maxSteps, double epochs)
    {
        using var folder = new TemporaryFolder();
        var args = TinyRun.Arguments(folder) with
        {
            PerDeviceTrainBatchSize = batch,
            GradientAccumulationSteps = accumulation,
            DataloaderDropLast = dropLast,
            MaxSteps = maxSteps,
            NumTrainEpochs = epochs,
        };
        var counter = new Counter();
        var trainer = TinyRun.Trainer(args, TinyRun.Rows(rows), callbacks: counter);
        trainer.Train();
        var plan = StepPlan.For(rows, args);
        Assert.Equal((plan.MaxSteps, plan.Epochs), (counter.Steps, counter.Epochs));
        Assert.Equal((plan.MaxSteps, plan.Epochs), (trainer.State.MaxSteps, trainer.State.NumTrainEpochs));
        var updates = plan.UpdatesPerEpoch;
        var lastGroup = plan.BatchesPerEpoch - (updates - 1) * accumulation;
        Assert.Equal(Enumerable.Range(0, plan.MaxSteps).Sum(step => (step % updates == updates - 1 ? lastGroup : accumulation) - 1),
            counter.Substeps);
    }

    [Theory]
    [InlineData(0, 8, false, "no rows")]
    [InlineData(3, 8, true, "3 rows, fewer than PerDeviceTrainBatchSize (8)")]
    public void Data_that_makes_no_step_is_refused(int rows, int batch, bool dropLast, string named)
    {
        var args = new TrainingArguments { PerDeviceTrainBatchSize = batch, DataloaderDropLast = dropLast };
        FluentActions.Invoking(() => StepPlan.For(rows, args))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain(named);
    }

    [Theory]
    [InlineData(500, 500)]
    [InlineData(1, 1)]
    [InlineData(0.1, 3)]
    [InlineData(0.001, 1)]
    public void An_interval_below_one_is_a_share_of_all_steps_rounded_up(double given, int steps)
    {
        var plan = new StepPlan(25, 25, 25, 1, 25, 25);
        Assert.Equal(steps, plan.Interval(given));
        Assert.Equal(steps, ((StepsOrRatio)given).In(plan.MaxSteps));
    }

    private sealed class Counter : TrainerCallback
    {
        internal int Steps { get; private set; }
        internal int Substeps { get; private set; }
        internal int Epochs { get; private set; }

        public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Steps++;
        public override void OnSubstepEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Substeps++;
        public override void OnEpochBegin(TrainingArguments args, TrainerState state, TrainerControl control) => Epochs++;
    }
}
