using System.Text.Json.Nodes;
using PeftSharp.Optimization;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Steps as a number or a share, and how arguments are written.</summary>
public sealed class StepsOrRatioTests
{
    [Theory, InlineData(1, 10, 1), InlineData(25, 10, 25), InlineData(0.1, 10, 1), InlineData(0.11, 10, 2), InlineData(0.5, 3, 2),
        InlineData(1.0, 10, 1), InlineData(0, 10, 0)]
    public void A_value_below_1_is_a_share_of_all_steps_rounded_up(double value, int maxSteps, int steps) =>
        Assert.Equal(steps, ((StepsOrRatio)value).In(maxSteps));

    [Fact]
    public void Numbers_convert_to_the_values_of_the_named_functions()
    {
        new StepsOrRatio[] { 50, 0.1 }.Should().Equal(StepsOrRatio.Steps(50), StepsOrRatio.Ratio(0.1));
        new StepsOrRatio[] { 50, 0.1, 0, double.NaN }.Select(value => value.IsRatio).Should().Equal(false, true, false, false);
        new StepsOrRatio[] { 50, 0.1 }.Select(value => $"{value}").Should().Equal("50", "0.1");
        foreach (var ratio in new[] { 0, 1, -0.5, 2, double.NaN })
            FluentActions.Invoking(() => StepsOrRatio.Ratio(ratio))
                .Should().ThrowExactly<ArgumentOutOfRangeException>($"{ratio} is no ratio");
    }

    [Fact]
    public void The_file_of_the_arguments_has_the_values_that_transformers_writes()
    {
        using var folder = new TemporaryFolder();
        var args = TinyRun.Arguments(folder) with
        {
            LoggingSteps = 0.5,
            WarmupSteps = 3,
            Optim = OptimizerName.Sgd,
            OptimArgs = new() { Momentum = 0.9, Nesterov = true },
            ReportTo = ReportTo.TensorBoard,
            LrSchedulerType = SchedulerType.WarmupStableDecay,
            LrSchedulerKwargs = new() { NumDecaySteps = 2, DecayType = LearningRateCurve.OneMinusSqrt },
        };
        TinyRun.Trainer(args).SaveModel();
        var json = JsonNode.Parse(File.ReadAllText(folder.File("training_args.json")))!.AsObject();
        Assert.Equal("0.5, 3, null, 500", string.Join(", ",
            new[] { "logging_steps", "warmup_steps", "eval_steps", "save_steps" }.Select(name => json[name]?.ToJsonString() ?? "null")));
        Assert.Equal("momentum=0.9,nesterov=True", (string)json["optim_args"]!);
        Assert.Equal("tensorboard", (string)json["report_to"]!);
        Assert.Equal("""{"decay_type":"1-sqrt","num_decay_steps":2}""", json["lr_scheduler_kwargs"]!.ToJsonString());
    }
}
