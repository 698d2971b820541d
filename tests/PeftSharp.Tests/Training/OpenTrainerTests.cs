using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Tests.Training;

/// <summary>A derived class overrides each part of a run; callbacks have access to the objects of the trainer.</summary>
public sealed class OpenTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void A_class_that_calls_its_base_is_called_for_every_part_and_changes_nothing()
    {
        var args = TinyRun.Arguments(_folder) with { GradientAccumulationSteps = 2, EvalStrategy = IntervalStrategy.Epoch };
        var expected = new Trainer(
            TinyRun.Model(dropout: 0.1), args, TinyRun.Rows(8), TinyRun.Rows(6), new DataCollatorWithPadding(padTokenId: 0),
            computeMetrics: Mean);
        expected.Train();
        var trainer = new PassingOn(TinyRun.Model(dropout: 0.1), args);
        trainer.Train();
        trainer.Calls.Should().Equal(new Dictionary<string, int>
        {
            ["CreateOptimizer"] = 1, ["GetTrainBatches"] = 3, ["CreateSchedule"] = 1, ["TrainingStep"] = 8, ["ComputeLoss"] = 10,
            ["PredictionStep"] = 2,
        });
        var (log, found) = (Numbers(expected), Numbers(trainer));
        found.Should().Equal(log);
        foreach (var (name, value) in expected.Model.state_dict())
            Close.Equal(value, trainer.Model.state_dict()[name], 1e-4, name, leastScale: 1e-2);

        static string[] Numbers(Trainer run) => [.. run.State.LogHistory.Select(line => string.Join(", ", line.Where(pair =>
            pair.Key is "loss" or "eval_loss" or "eval_mean" or "learning_rate").Select(pair => $"{pair.Key} {pair.Value:F4}")))];
    }

    private static Dictionary<string, double> Mean(EvalPrediction p) => new() { ["mean"] = p.Predictions.Values.Average() };

    private sealed class PassingOn(PretrainedModel model, TrainingArguments args)
        : Trainer(model, args, TinyRun.Rows(8), TinyRun.Rows(6), new DataCollatorWithPadding(padTokenId: 0), computeMetrics: Mean)
    {
        internal Dictionary<string, int> Calls { get; } = [];

        protected override (Tensor? Loss, ModelOutput Outputs) ComputeLoss(
            PretrainedModel model, ModelInputs inputs, ForwardOptions options)
        {
            Count(nameof(ComputeLoss));
            return base.ComputeLoss(model, inputs, options);
        }

        protected override float TrainingStep(PretrainedModel model, ModelInputs inputs, ForwardOptions options, double lossWeight)
        {
            Count(nameof(TrainingStep));
            return base.TrainingStep(model, inputs, options, lossWeight);
        }

        protected override (Tensor? Loss, IReadOnlyList<Tensor> Logits, Tensor? Labels) PredictionStep(
            PretrainedModel model, ModelInputs inputs, ForwardOptions options, bool predictionLossOnly)
        {
            Count(nameof(PredictionStep));
            return base.PredictionStep(model, inputs, options, predictionLossOnly);
        }

        protected override Optimizer CreateOptimizer(PretrainedModel model)
        {
            Count(nameof(CreateOptimizer));
            return base.CreateOptimizer(model);
        }

        protected override LearningRateSchedule? CreateSchedule(int numTrainingSteps)
        {
            Count(nameof(CreateSchedule));
            return base.CreateSchedule(numTrainingSteps);
        }

        protected override IReadOnlyList<int[]> GetTrainBatches(Dataset trainDataset, int epoch)
        {
            Count(nameof(GetTrainBatches));
            return base.GetTrainBatches(trainDataset, epoch);
        }

        private void Count(string name) => Calls[name] = Calls.GetValueOrDefault(name) + 1;
    }

    [Fact]
    public void Each_part_of_the_trainer_can_be_overridden()
    {
        var args = TinyRun.Arguments(_folder) with { GradientAccumulationSteps = 2, NumTrainEpochs = 1 };
        var trainer = new Rewritten(TinyRun.Model(), args);
        trainer.Train();
        Assert.Equal(3, trainer.State.GlobalStep);                 // 5 batches of one row, two a step
        trainer.State.LogHistory.Where(line => line.ContainsKey("learning_rate")).Select(line => line["learning_rate"])
            .Should().Equal(0.5, 0.5, 0.5);
        var predicted = trainer.Predict(TinyRun.Rows(4));
        Assert.Equal(7, predicted.Metrics["test_loss"]);
        predicted.Predictions.Values.Should().AllSatisfy(value => value.Should().Be(1));
    }

    private sealed class Rewritten(PretrainedModel model, TrainingArguments args)
        : Trainer(model, args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0))
    {
        protected override (Tensor? Loss, ModelOutput Outputs) ComputeLoss(
            PretrainedModel model, ModelInputs inputs, ForwardOptions options)
        {
            var outputs = model.call(inputs, options);
            return (functional.cross_entropy(outputs.Logits!, inputs.Labels!, label_smoothing: 0.1), outputs);
        }

        protected override float TrainingStep(PretrainedModel model, ModelInputs inputs, ForwardOptions options, double lossWeight)
        {
            var loss = ComputeLoss(model, inputs, options).Loss! * lossWeight;
            Backward(loss);
            return loss.item<float>();
        }

        protected override (Tensor? Loss, IReadOnlyList<Tensor> Logits, Tensor? Labels) PredictionStep(
            PretrainedModel model, ModelInputs inputs, ForwardOptions options, bool predictionLossOnly) =>
            (tensor(7f), [ones(inputs.BatchSize, 2)], inputs.Labels);

        protected override Optimizer CreateOptimizer(PretrainedModel model) => new Sgd(ParameterGroups.Create(model, 0));

        protected override LearningRateSchedule? CreateSchedule(int numTrainingSteps) => new ConstantSchedule { LearningRate = 0.5 };

        protected override IReadOnlyList<int[]> GetTrainBatches(Dataset trainDataset, int epoch) => [[0], [7], [3], [3], [1]];
    }

    [Fact]
    public void A_run_whose_batches_are_drawn_by_a_derived_class_resumes_from_each_checkpoint_to_the_same_end()
    {
        TrainingArguments Arguments(string name) =>
            TinyRun.Arguments(_folder) with { OutputDir = _folder.File(name), SaveStrategy = SaveStrategy.Steps, SaveSteps = 1 };
        var whole = new Drawing(TinyRun.Model(dropout: 0.2), Arguments("whole"));
        whole.Train();
        var checkpoints = Directory.GetDirectories(_folder.File("whole"), "checkpoint-*");
        checkpoints.Should().HaveCount(6);
        foreach (var checkpoint in checkpoints)
        {
            var resumed = new Drawing(TinyRun.Model(dropout: 0.2), Arguments("resumed"));
            resumed.Train(checkpoint);
            TinyRun.AssertSameBits(TinyRun.Bits(whole.Model), resumed.Model);
        }
    }

    /// <summary>Three batches of rows drawn with replacement.</summary>
    private sealed class Drawing(PretrainedModel model, TrainingArguments args)
        : Trainer(model, args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0))
    {
        protected override IReadOnlyList<int[]> GetTrainBatches(Dataset trainDataset, int epoch)
        {
            using var rows = randint(0, trainDataset.Count, [6]);
            return [.. rows.data<long>().ToArray().Select(row => (int)row).Chunk(2)];
        }
    }

    [Fact]
    public void Empty_batches_and_a_number_of_batches_that_changes_are_refused()
    {
        string Error(Func<int, int[][]> batches) =>
            FluentActions.Invoking(() => new Given(TinyRun.Model(), TinyRun.Arguments(_folder), batches).Train())
                .Should().ThrowExactly<DatasetException>().Which.Message;
        Error(_ => [[0], [8]]).Should().Contain("[8]");
        Error(_ => [[0], []]).Should().Contain("at least one row");
        Error(epoch => epoch == 0 ? [[0], [1]] : [[0]]).Should().Contain("1 batch for epoch 1, but 2 for epoch 0");
        Error(_ => []).Should().Contain("no batches");
    }

    [Fact]
    public void A_class_that_makes_no_optimizer_or_no_schedule_is_named()
    {
        FluentActions.Invoking(() => new Empty(TinyRun.Model(), TinyRun.Arguments(_folder), hasOptimizer: false).Train())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("CreateOptimizer of Empty");
        FluentActions.Invoking(() => new Empty(TinyRun.Model(), TinyRun.Arguments(_folder), hasOptimizer: true).Train())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("CreateSchedule of Empty");
    }

    private sealed class Empty(PretrainedModel model, TrainingArguments args, bool hasOptimizer)
        : Trainer(model, args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0))
    {
        protected override Optimizer CreateOptimizer(PretrainedModel model) => hasOptimizer ? base.CreateOptimizer(model) : null!;

        protected override LearningRateSchedule? CreateSchedule(int numTrainingSteps) => null;
    }

    private sealed class Given(PretrainedModel model, TrainingArguments args, Func<int, int[][]> batches)
        : Trainer(model, args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0))
    {
        protected override IReadOnlyList<int[]> GetTrainBatches(Dataset trainDataset, int epoch) => batches(epoch);
    }

    [Fact]
    public void A_callback_sees_the_model_and_during_a_run_the_optimizer_and_the_schedule()
    {
        var looking = new Looking();
        FluentActions.Invoking(() => looking.Now)
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("before a trainer calls the callback");
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder) with { MaxSteps = 3 }, callbacks: looking);
        trainer.Train();
        looking.Rates.Should().HaveCount(3);
        looking.Rates.Should().Equal(
            trainer.State.LogHistory.Where(line => line.ContainsKey("learning_rate")).Select(line => line["learning_rate"]));
        Assert.Same(trainer.Model, looking.Now.Model);
        Assert.IsType<AdamW>(looking.Optimizer);
        Assert.Null(looking.Now.Optimizer);
        Assert.Null(looking.Now.LrScheduler);
        Assert.Null(looking.Now.Tokenizer);
    }

    private sealed class Looking : TrainerCallback
    {
        internal TrainerContext Now => Context;
        internal Optimizer? Optimizer { get; private set; }
        internal List<double> Rates { get; } = [];

        public override void OnPreOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control)
        {
            Optimizer = Context.Optimizer;
            Rates.Add(Context.LrScheduler!.GetLearningRate(state.GlobalStep));
        }
    }
}
