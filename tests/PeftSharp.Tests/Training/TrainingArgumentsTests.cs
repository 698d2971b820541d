using System.Reflection;
using System.Text.RegularExpressions;
using PeftSharp.Optimization;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Invalid arguments are refused before anything runs, all in one message; each argument has an effect.</summary>
public sealed class TrainingArgumentsTests
{
    /// <summary>One invalid value each, the name that the message must contain, and a text that it must contain.</summary>
    private static readonly (TrainingArguments Args, string Name, string Says)[] _impossible =
    [
        (new(" "), "OutputDir", "empty"),
        (new() { MaxSteps = 0 }, "MaxSteps", "0"), (new() { MaxSteps = -2 }, "MaxSteps", "-2"),
        (new() { NumTrainEpochs = 0 }, "NumTrainEpochs", "0"), (new() { NumTrainEpochs = -1 }, "NumTrainEpochs", "-1"),
        (new() { NumTrainEpochs = double.NaN }, "NumTrainEpochs", "NaN"),
        (new() { NumTrainEpochs = double.PositiveInfinity }, "NumTrainEpochs", "Infinity"),
        (new() { Seed = -1 }, "Seed", "-1"), (new() { DataSeed = -5 }, "DataSeed", "-5"),
        (new() { PerDeviceTrainBatchSize = 0 }, "PerDeviceTrainBatchSize", "0"),
        (new() { PerDeviceEvalBatchSize = -1 }, "PerDeviceEvalBatchSize", "-1"),
        (new() { GradientAccumulationSteps = 0 }, "GradientAccumulationSteps", "0"),
        (new() { TrainSamplingStrategy = (SamplingStrategy)9 }, "SamplingStrategy", "Random, Sequential, GroupByLength"),
        (new() { LearningRate = -1e-3 }, "LearningRate", "-0.001"), (new() { LearningRate = double.NaN }, "LearningRate", "NaN"),
        (new() { LearningRate = double.PositiveInfinity }, "LearningRate", "Infinity"),
        (new() { WeightDecay = -0.1 }, "WeightDecay", "-0.1"), (new() { WeightDecay = double.NaN }, "WeightDecay", "NaN"),
        (new() { AdamBeta1 = 1 }, "AdamBeta1", "1"), (new() { AdamBeta1 = -0.1 }, "AdamBeta1", "-0.1"),
        (new() { AdamBeta2 = 1.5 }, "AdamBeta2", "1.5"), (new() { AdamBeta2 = double.NaN }, "AdamBeta2", "NaN"),
        (new() { AdamEpsilon = -1 }, "AdamEpsilon", "-1"), (new() { AdamEpsilon = double.PositiveInfinity }, "AdamEpsilon", "Infinity"),
        (new() { MaxGradNorm = -1 }, "MaxGradNorm", "-1"), (new() { MaxGradNorm = double.NaN }, "MaxGradNorm", "NaN"),
        (new() { Optim = (OptimizerName)99 }, "OptimizerName", "99"),
        (new() { LrSchedulerType = (SchedulerType)99 }, "SchedulerType", "99"),
        (new() { LrSchedulerKwargs = new() { NumCycles = 1 } }, "LrSchedulerKwargs", "num_cycles"),
        (new() { LrSchedulerType = SchedulerType.WarmupStableDecay,
            LrSchedulerKwargs = new() { NumDecaySteps = 1, DecayType = (LearningRateCurve)9 } }, "LrSchedulerKwargs", "decay_type is '9'"),
        (new() { LrSchedulerType = SchedulerType.CosineWithMinLr }, "LrSchedulerKwargs", "min_lr"),
        (new() { LrSchedulerType = SchedulerType.WarmupStableDecay }, "LrSchedulerKwargs", "num_decay_steps"),
        (new() { Optim = OptimizerName.Sgd, OptimArgs = new() { Momentum = -1 } }, "OptimArgs", "momentum"),
        (new() { Optim = OptimizerName.Sgd, OptimArgs = new() { Alpha = 0.9 } }, "OptimArgs", "unknown: alpha"),
        (new() { Optim = OptimizerName.Sgd, OptimArgs = new() { Nesterov = true } }, "OptimArgs", "esterov"),
        (new() { OptimArgs = new() { Momentum = 0.9 } }, "OptimArgs", "adamw_torch_fused"),
        (new() { WarmupSteps = -1 }, "WarmupSteps", "-1"), (new() { WarmupSteps = 2.5 }, "WarmupSteps", "2.5"),
        (new() { WarmupSteps = double.NaN }, "WarmupSteps", "NaN"), (new() { WarmupSteps = double.PositiveInfinity },
            "WarmupSteps", "Infinity"),
        (new() { LoggingStrategy = (IntervalStrategy)7 }, "IntervalStrategy", "7"),
        (new() { LoggingSteps = 0 }, "LoggingSteps", "0"), (new() { LoggingSteps = 1.5 }, "LoggingSteps", "1.5"),
        (new() { LoggingSteps = double.NaN }, "LoggingSteps", "NaN"),
        (new() { ReportTo = (ReportTo)9 }, "ReportTo", "None, TensorBoard"), (new() { LoggingDir = "" }, "LoggingDir", "empty"),
        (new() { EvalStrategy = (IntervalStrategy)7 }, "IntervalStrategy", "7"),
        (new() { EvalStrategy = IntervalStrategy.Steps, EvalSteps = 0 }, "EvalSteps", "0"),
        (new() { EvalStrategy = IntervalStrategy.Steps, EvalSteps = 3.3 }, "EvalSteps", "3.3"),
        (new() { EvalDelay = -1 }, "EvalDelay", "-1"), (new() { EvalDelay = double.NaN }, "EvalDelay", "NaN"),
        (new() { SaveStrategy = (SaveStrategy)9 }, "SaveStrategy", "9"),
        (new() { HubStrategy = (HubStrategy)9 }, "HubStrategy", "9"), (new() { SaveSteps = -3 }, "SaveSteps", "-3"),
        (new() { SaveTotalLimit = 0 }, "SaveTotalLimit", "0"),
        (new() { SaveStrategy = SaveStrategy.Best }, "SaveStrategy", "set EvalStrategy"),
        (new() { LrSchedulerType = SchedulerType.ReduceLrOnPlateau }, "LrSchedulerType", "set EvalStrategy"),
        (new() { LoadBestModelAtEnd = true, EvalStrategy = IntervalStrategy.No }, "LoadBestModelAtEnd", "set EvalStrategy"),
        (new() { EarlyStoppingPatience = 0 }, "EarlyStoppingPatience", "0"),
        (new() { EarlyStoppingPatience = 1, EvalStrategy = IntervalStrategy.No }, "EarlyStoppingPatience", "set EvalStrategy"),
        (new() { EarlyStoppingThreshold = -0.1 }, "EarlyStoppingThreshold", "-0.1"),
        (new() { LoadBestModelAtEnd = true, EvalStrategy = IntervalStrategy.Epoch, SaveStrategy = SaveStrategy.Steps },
            "LoadBestModelAtEnd", "EvalStrategy is Epoch and SaveStrategy is Steps"),
        (new() { LoadBestModelAtEnd = true, EvalStrategy = IntervalStrategy.Epoch, SaveStrategy = SaveStrategy.No }, "LoadBestModelAtEnd",
            "SaveStrategy is No"),
        (new() { LoadBestModelAtEnd = true, EvalStrategy = IntervalStrategy.Steps, EvalSteps = 200, SaveSteps = 500 }, "LoadBestModelAtEnd",
            "500 is not a multiple of EvalSteps 200"),
        (new() { EvalStrategy = IntervalStrategy.Epoch, MetricForBestModel = "" }, "MetricForBestModel", "empty"),
        (new() { EvalStrategy = IntervalStrategy.Epoch, MetricForBestModel = "f1", PredictionLossOnly = true }, "MetricForBestModel",
            "PredictionLossOnly"),
    ];

    public static TheoryData<int> Impossible => new(Enumerable.Range(0, _impossible.Length));

    [Theory, MemberData(nameof(Impossible))]
    public void An_invalid_value_is_refused_by_name_and_no_other_value_is(int index)
    {
        var (args, name, says) = _impossible[index];
        var error = FluentActions.Invoking(() => TrainingArgumentsCheck.Check(args, ["eval_"], hasMetrics: true, hasSchedule: false))
            .Should().ThrowExactly<ArgumentException>().Which;
        error.Message.Split("\n - ")[1..].Should().ContainSingle().Which.Should().ContainAll(name, says);
    }

    [Fact]
    public void The_trainers_constructor_names_all_invalid_arguments_at_once()
    {
        using var model = TinyRun.Model();
        var args = new TrainingArguments("")
        {
            LearningRate = -1, PerDeviceTrainBatchSize = 0, Seed = -1, EvalStrategy = IntervalStrategy.Epoch, EvalOnStart = true,
            ReportTo = (ReportTo)9, LoadBestModelAtEnd = true, SaveStrategy = SaveStrategy.No,
        };
        string[] wrong = ["OutputDir", "LearningRate", "PerDeviceTrainBatchSize", "Seed", "EvalStrategy", "EvalOnStart", "ReportTo",
            "LoadBestModelAtEnd"];
        FluentActions.Invoking(() => new Trainer(model, args, TinyRun.Rows(2)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll(wrong.Select(name => $"\n - {name}"));
    }

    [Fact]
    public void Valid_values_pass()
    {
        TrainingArguments[] sensible =
        [
            new(), new() { MaxGradNorm = 0 }, new() { MaxGradNorm = double.PositiveInfinity }, new() { MaxSteps = 3, NumTrainEpochs = 0 },
            new() { LearningRate = 0 }, new() { Optim = OptimizerName.Sgd, OptimArgs = new() { Momentum = 0.9, Nesterov = true } },
            new() { WarmupSteps = 0.1 }, new() { LoggingSteps = 0.25 }, new() { LoggingStrategy = IntervalStrategy.No, LoggingSteps = 0 },
            new() { SaveStrategy = SaveStrategy.No, SaveSteps = 0 },
            new() { LoadBestModelAtEnd = true, EvalStrategy = IntervalStrategy.Steps, EvalSteps = 0.1, SaveSteps = 0.2 },
            new() { LoadBestModelAtEnd = true, EvalStrategy = IntervalStrategy.Epoch, SaveStrategy = SaveStrategy.Best },
        ];
        sensible.Should().AllSatisfy(args =>
            FluentActions.Invoking(() => TrainingArgumentsCheck.Check(args, ["eval_"], hasMetrics: false, hasSchedule: false))
                .Should().NotThrow());
    }

    [Fact]
    public void The_best_model_and_early_stopping_evaluate_and_save_after_each_epoch_unless_a_strategy_is_set()
    {
        static (IntervalStrategy, SaveStrategy) Of(TrainingArguments args) => (args.EvalStrategy, args.SaveStrategy);
        Of(new()).Should().Be((IntervalStrategy.No, SaveStrategy.Steps), "these are the defaults of transformers");
        Of(new() { LoadBestModelAtEnd = true }).Should().Be((IntervalStrategy.Epoch, SaveStrategy.Epoch));
        Of(new() { EarlyStoppingPatience = 2 }).Should().Be((IntervalStrategy.Epoch, SaveStrategy.Steps));
        Of(new() { LoadBestModelAtEnd = true, EvalStrategy = IntervalStrategy.Steps })
            .Should().Be((IntervalStrategy.Steps, SaveStrategy.Steps));
        Of(new() { LoadBestModelAtEnd = true, SaveStrategy = SaveStrategy.Best }).Should().Be((IntervalStrategy.Epoch, SaveStrategy.Best));
        Of(new TrainingArguments { LoadBestModelAtEnd = true } with { LoadBestModelAtEnd = false })
            .Should().Be((IntervalStrategy.No, SaveStrategy.Steps), "a copy has the defaults of its own values");
        new TrainingArguments { EarlyStoppingPatience = 2 }.BestMetric.Should().Be("eval_loss");
    }

    [Fact]
    public void A_missing_evaluation_dataset_names_the_argument_that_requires_evaluations()
    {
        static string Message(TrainingArguments args) =>
            FluentActions.Invoking(() => TrainingArgumentsCheck.Check(args, [], hasMetrics: false, hasSchedule: false))
                .Should().ThrowExactly<ArgumentException>().Which.Message;
        Message(new() { LoadBestModelAtEnd = true }).Should().Contain("LoadBestModelAtEnd is true, but there is no evaluation dataset");
        Message(new() { EarlyStoppingPatience = 2 }).Should().Contain("EarlyStoppingPatience is 2, but there is no evaluation dataset");
        Message(new() { EvalStrategy = IntervalStrategy.Epoch, EarlyStoppingPatience = 2 }).Should().Contain("EvalStrategy is Epoch, but");
    }

    [Fact]
    public void The_name_of_transformers_4_sets_EvalStrategy() =>
        Assert.Equal(IntervalStrategy.Epoch, new TrainingArguments { EvaluationStrategy = IntervalStrategy.Epoch }.EvalStrategy);

    [Fact]
    public void Each_argument_is_read_by_code_other_than_its_check()
    {
        var room = Path.Combine(ReferenceRoot.Repository, "src", "PeftSharp", "Training");
        var code = string.Concat(Directory.EnumerateFiles(room, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) is not ("TrainingArguments.cs" or "TrainingArgumentsCheck.cs")).Select(File.ReadAllText));
        string[] older = ["EvaluationStrategy"];
        // Through BestMetric and IsGreaterBetter, which have their own tests.
        string[] resolved = ["MetricForBestModel", "GreaterIsBetter"];
        var names = typeof(TrainingArguments).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)
            .Except([.. older, .. resolved]);
        names.Where(name => !Regex.IsMatch(code, $@"(args|arguments|Args|Arguments)\.{name}\b")).Should().BeEmpty("each argument is read");
    }

    [Theory]
    [InlineData(null, false, null, null, false)]
    [InlineData(null, true, null, "eval_loss", false)]
    [InlineData("loss", false, null, "eval_loss", false)]
    [InlineData("eval_f1", false, null, "eval_f1", true)]
    [InlineData("f1", true, null, "eval_f1", true)]
    [InlineData("error", true, false, "eval_error", false)]
    [InlineData("loss", true, true, "eval_loss", true)]
    public void The_deciding_metric_and_its_direction_follow_transformers(
        string? metric, bool loadBest, bool? greater, string? resolved, bool isGreaterBetter)
    {
        var args = new TrainingArguments { MetricForBestModel = metric, LoadBestModelAtEnd = loadBest, GreaterIsBetter = greater };
        Assert.Equal((resolved, isGreaterBetter), (args.BestMetric, args.IsGreaterBetter));
    }
}
