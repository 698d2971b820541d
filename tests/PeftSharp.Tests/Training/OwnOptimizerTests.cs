using Pages.Training;
using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Tests.Training;

/// <summary>The caller's optimizer, schedule and groups replace those of the arguments, also in a resumed run.</summary>
public sealed class OwnOptimizerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void The_optimizer_and_schedule_that_the_arguments_would_make_give_the_same_run()
    {
        var expected = TinyRun.Trainer(TinyRun.Arguments(_folder) with { WeightDecay = 0.1 });
        expected.Train();
        var model = TinyRun.Model();
        model.to(TestDevice.Current);
        using var optimizer = new AdamW(ParameterGroups.Create(model, 0.1));
        var trainer =
            new Trainer(model, TinyRun.Arguments(_folder), TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
                optimizers: (optimizer, new LinearSchedule { LearningRate = 1e-2, NumTrainingSteps = 8 }));
        trainer.Train();
        TinyRun.AssertSameBits(TinyRun.Bits(expected.Model), model);
        optimizer.GetStateTensors().Should().NotBeEmpty();           // the trainer has not disposed the caller's optimizer
    }

    [Fact]
    public void A_custom_optimizer_changes_each_weight_by_its_formula()
    {
        var model = TinyRun.Model();
        var before = TinyRun.Bits(model);
        model.to(TestDevice.Current);
        using var optimizer = new Lion(ParameterGroups.Create(model, 0));
        new Trainer(model, TinyRun.Arguments(_folder) with { MaxSteps = 1 }, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(
            padTokenId: 0), optimizers: (optimizer, new ConstantSchedule { LearningRate = 0.25 })).Train();
        foreach (var (name, value) in model.named_parameters())
        {
            var moved = (value.cpu() - before[name]).abs();
            Assert.True(moved.eq(0).logical_or((moved - 0.25).abs().lt(1e-6)).all().item<bool>(),
                $"{name} moved by something else than 0 or the learning rate.");
        }
    }

    [Fact]
    public void Every_checkpoint_of_a_run_with_a_custom_optimizer_and_schedule_leads_to_the_same_end()
    {
        var whole = Halving("whole");
        whole.Train();
        var checkpoints = Directory.GetDirectories(_folder.File("whole"), "checkpoint-*");
        checkpoints.Should().HaveCount(8);
        whole.State.LogHistory.Where(line => line.ContainsKey("learning_rate")).Select(line => line["learning_rate"])
            .Should().Equal(0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.0025, 0.0025);
        foreach (var checkpoint in checkpoints)
        {
            var resumed = Halving("resumed");
            resumed.Train(checkpoint);
            TinyRun.AssertSameBits(TinyRun.Bits(whole.Model), resumed.Model);
        }

        Trainer Halving(string name)
        {
            var model = TinyRun.Model(dropout: 0.2);
            model.to(TestDevice.Current);
            var args = TinyRun.Arguments(_folder) with { OutputDir = _folder.File(name), SaveStrategy = SaveStrategy.Steps, SaveSteps = 1 };
            return new Trainer(model, args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
                optimizers: (new Lion(ParameterGroups.Create(model, 0.01)), new HalvingSchedule { LearningRate = 1e-2, Every = 3 }));
        }
    }

    [Fact]
    public void Custom_groups_train_their_parameters_and_the_other_parameters_are_warned_of_and_keep_no_gradients()
    {
        var model = TinyRun.Model();
        var before = TinyRun.Bits(model);
        var warnings = new Warnings();
        new Trainer(model, TinyRun.Arguments(_folder), TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            callbacks: [warnings], parameterGroups: HeadAlone).Train();
        warnings.Messages.Should().Contain(
            message => message.Contains("because no parameter group contains", StringComparison.Ordinal)
                && message.Contains("bert.embeddings", StringComparison.Ordinal));
        foreach (var (name, value) in model.named_parameters())
        {
            Assert.True(name.StartsWith("classifier", StringComparison.Ordinal) != value.cpu().eq(before[name]).all().item<bool>(), name);
            Assert.True(value.grad is null, $"{name} has kept its gradient.");
        }
    }

    private static IEnumerable<ParameterGroup> HeadAlone(PretrainedModel model) =>
        [new(model.named_parameters().Where(entry => entry.name.StartsWith("classifier", StringComparison.Ordinal))
            .Select(entry => new NamedParameter(entry.name, entry.parameter)))];

    [Fact]
    public void A_group_is_trained_at_its_own_rate()
    {
        Tensor Moved(double scale)
        {
            var model = TinyRun.Model();
            var before = TinyRun.Bits(model);
            new Trainer(model, TinyRun.Arguments(_folder) with { Optim = OptimizerName.Sgd, MaxSteps = 1, MaxGradNorm = 0 },
                TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0), parameterGroups: model =>
                    HeadAlone(model).Select(group => group with { LearningRateScale = scale })).Train();
            return model.state_dict()["classifier.weight"].detach().cpu() - before["classifier.weight"];
        }
        Close.Equal(Moved(1) * 10, Moved(10), 1e-4, "classifier.weight");
    }

    [Fact]
    public void Conflicting_arguments_and_an_optimizer_of_another_model_are_refused()
    {
        var (model, other) = (TinyRun.Model(), TinyRun.Model());
        using var optimizer = new AdamW(ParameterGroups.Create(other, 0));
        var args = TinyRun.Arguments(_folder);
        var rows = TinyRun.Rows(8);
        FluentActions.Invoking(() => new Trainer(model, args, optimizers: (optimizer, null), parameterGroups: HeadAlone))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("parameterGroups");
        FluentActions.Invoking(() => new Trainer(
                model, args with { LrSchedulerType = SchedulerType.ReduceLrOnPlateau, EvalStrategy = IntervalStrategy.Epoch }, rows, rows,
                optimizers: (null, new ConstantSchedule { LearningRate = 1 })))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("ReduceLrOnPlateau");
        FluentActions.Invoking(
            () => new Trainer(model, args, rows, dataCollator: new DataCollatorWithPadding(padTokenId: 0),
                optimizers: (optimizer, null)).Train())
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("is not a parameter of BertForSequenceClassification");
    }

    [Fact]
    public void An_optimizer_that_was_made_before_the_model_moved_is_refused_with_the_reason()
    {
        var model = TinyRun.Model();
        using var optimizer = new AdamW(ParameterGroups.Create(model, 0));
        // As a move to a GPU: the model has new parameters, the old ones are disposed.
        model.to(ScalarType.Float64).to(ScalarType.Float32);
        FluentActions.Invoking(
            () => new Trainer(model, TinyRun.Arguments(_folder), TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
                optimizers: (optimizer, null)).Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("create the optimizer afterwards");
    }

    [Fact]
    public void Arguments_that_the_callers_optimizer_and_schedule_replace_are_warned_of()
    {
        var model = TinyRun.Model();
        model.to(TestDevice.Current);
        var warnings = new Warnings();
        using Optimizer optimizer = new Sgd(ParameterGroups.Create(model, 0));
        var args = TinyRun.Arguments(_folder) with { Optim = OptimizerName.Adagrad, WeightDecay = 0.1, MaxSteps = 1 };
        new Trainer(model, args, TinyRun.Rows(2), dataCollator: new DataCollatorWithPadding(padTokenId: 0), callbacks: [warnings],
            optimizers: (optimizer, new ConstantSchedule { LearningRate = 0.1 })).Train();
        foreach (var part in new[] { "Optim and OptimArgs", "WeightDecay", "LearningRate, LrSchedulerType" })
            warnings.Messages.Should().Contain(message => message.StartsWith(part, StringComparison.Ordinal));
    }
}
