using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PeftSharp.Optimization;
using PeftSharp.Tests.Parity;
using static PeftSharp.Optimization.SchedulerFactory;

namespace PeftSharp.Tests.Optimization;

public partial class SchedulesTests
{
    private const double LearningRate = 1e-3;        // of the recipe that recorded the schedules

    [SkippableFact, Trait("Category", "Parity")]
    public void Learning_rates_equal_the_recorded_ones()
    {
        foreach (var recorded in JsonDocument.Parse(File.ReadAllText(ReferenceRoot.Require("numerics", "schedules.json"))).RootElement
            .EnumerateObject())
        {
            var name = RecordedName().Match(recorded.Name);
            int warmup = Number(name.Groups["warmup"]), total = Number(name.Groups["total"]);
            var options = recorded.Value.GetProperty("arguments").Deserialize<LrSchedulerOptions>(RecordedRun.PythonOptions);
            var schedule = GetScheduler(
                PythonNames.ParseSchedulerType(name.Groups["type"].Value), LearningRate, warmup, total, options);

            var rates = recorded.Value.GetProperty("rates").EnumerateArray().Select(rate => rate.GetDouble()).ToArray();
            var steps = Enumerable.Range(0, total + 3).ToArray();
            if (rates.Length < steps.Length)
                // Of long schedules the first rates and the last three are recorded.
                steps = [.. steps[..(rates.Length - 3)], .. steps[^3..]];
            for (var i = 0; i < rates.Length; i++)
                AssertClose(rates[i], schedule.GetLearningRate(steps[i]), $"{recorded.Name} at step {steps[i]}");
        }
    }

    [Fact]
    public void A_cosine_with_warmup_above_zero_rises_to_the_full_rate_and_falls_to_the_least()
    {
        var schedule = GetScheduler(SchedulerType.CosineWarmupWithMinLr, 2, numWarmupSteps: 4, numTrainingSteps: 12,
            new() { MinLr = 0.5, WarmupLrRate = 0.1 });
        AssertClose(2 * 0.1, schedule.GetLearningRate(0), "the first rate");
        AssertClose(2 * (0.1 + 0.9 / 3), schedule.GetLearningRate(1), "one third of the rise");
        AssertClose(2, schedule.GetLearningRate(3), "the end of the warmup");
        AssertClose((2 + 0.5) / 2, schedule.GetLearningRate(7), "half the wave, which the four steps 4 to 7 cover");
        AssertClose(0.5, schedule.GetLearningRate(11), "the last step");
        var withoutFirst = GetScheduler(SchedulerType.CosineWarmupWithMinLr, 2, 4, 12, new() { MinLrRate = 0.25 });
        AssertClose(2 * 1 / 4.0, withoutFirst.GetLearningRate(0), "one part in four");
        AssertClose(0.5, withoutFirst.GetLearningRate(11), "the last step");
    }

    [Theory]
    [InlineData(LearningRateCurve.Linear, 0.25, 0.75)]
    [InlineData(LearningRateCurve.Cosine, 0.14644660940672624, 0.8535533905932737)]      // (1 ∓ cos(π/4)) / 2
    [InlineData(LearningRateCurve.OneMinusSqrt, 0.1339745962155614, 0.5)]                // 1 - √(3/4), 1 - √(1/4)
    public void Each_stage_of_warmup_stable_decay_has_the_shape_asked_for(
        LearningRateCurve shape, double afterQuarterOfRise, double afterQuarterOfDescent)
    {
        var schedule = GetScheduler(
            SchedulerType.WarmupStableDecay, 1, numWarmupSteps: 4, numTrainingSteps: 18,
            new() { NumDecaySteps = 8, WarmupType = shape, DecayType = shape, MinLrRatio = 0.2 });
        AssertClose(0.2, schedule.GetLearningRate(0), "the start");
        AssertClose(0.2 + 0.8 * afterQuarterOfRise, schedule.GetLearningRate(1), "a quarter of the rise");
        AssertClose(1, schedule.GetLearningRate(4), "the stable part");
        AssertClose(1, schedule.GetLearningRate(9), "the stable part");
        AssertClose(0.2 + 0.8 * afterQuarterOfDescent, schedule.GetLearningRate(12), "a quarter of the descent");
        AssertClose(0.2, schedule.GetLearningRate(18), "the end");
    }

    [Fact]
    public void No_schedule_divides_by_zero_where_warmup_is_the_whole_training()
    {
        foreach (var type in Enum.GetValues<SchedulerType>().Where(type => type != SchedulerType.ReduceLrOnPlateau))
            foreach (var steps in new[] { 0, 1, 10 })
            {
                var schedule = GetScheduler(type, 1, numWarmupSteps: steps, numTrainingSteps: steps, Needed(type));
                for (var step = 0; step <= 2 * steps + 1; step++)
                    schedule.GetLearningRate(step).Should().BeInRange(0, 1, $"{type} of {steps} steps is at step {step}");
            }
    }

    [Fact]
    public void A_descent_of_one_cycle_never_rises()
    {
        foreach (var type in Enum.GetValues<SchedulerType>().Where(type => type != SchedulerType.ReduceLrOnPlateau))
        {
            var schedule = GetScheduler(type, 1, numWarmupSteps: 7, numTrainingSteps: 50, Needed(type));
            for (var step = 8; step < 50; step++)
                schedule.GetLearningRate(step).Should()
                    .BeLessThanOrEqualTo(schedule.GetLearningRate(step - 1) + 1e-15, $"{type} is at step {step}");
        }
    }

    [Fact]
    public void An_unknown_option_is_named_with_the_known_ones()
    {
        FluentActions.Invoking(() => GetScheduler(SchedulerType.CosineWithRestarts, 1, 0, 10, new() { Power = 3 }))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().ContainAll("cosine_with_restarts", "unknown: power. Supported options: num_cycles");
    }

    [Fact]
    public void Options_that_do_not_fit_are_named()
    {
        static string Message(SchedulerType type, LrSchedulerOptions? options = null) =>
            FluentActions.Invoking(() => GetScheduler(type, 1e-3, 0, 10, options))
                .Should().ThrowExactly<ArgumentException>().Which.Message;
        Message(SchedulerType.WarmupStableDecay).Should().Contain("num_decay_steps is missing");
        Message(SchedulerType.WarmupStableDecay, new() { NumDecaySteps = 2, DecayType = (LearningRateCurve)9 })
            .Should().Contain("decay_type is '9', but must be a member of LearningRateCurve: Linear, Cosine, OneMinusSqrt");
        Message(SchedulerType.CosineWithMinLr).Should().Contain("min_lr or min_lr_rate is required");
        Message(SchedulerType.CosineWithMinLr, new() { MinLr = 1e-5, MinLrRate = 0.1 }).Should().Contain("cannot both be set");
        Message(SchedulerType.Polynomial, new() { LrEnd = 0.01 }).Should().Contain("lr_end (0.01) must be less than");
        Message(SchedulerType.InverseSqrt, new() { Timescale = 0 }).Should().Contain("timescale must be an integer of at least 1, not 0");
        Message(SchedulerType.Linear, new() { NumCycles = 2 }).Should().Contain("Supported options: none");
        FluentActions.Invoking(() => GetScheduler(SchedulerType.ReduceLrOnPlateau, 1, 0, 10)).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void Names_are_those_of_Python_and_unknown_ones_list_all()
    {
        Assert.Equal("cosine_warmup_with_min_lr", SchedulerType.CosineWarmupWithMinLr.ToPythonName());
        Assert.Equal("reduce_lr_on_plateau", SchedulerType.ReduceLrOnPlateau.ToPythonName());
        Assert.Equal("adamw_torch_fused", OptimizerName.AdamwTorchFused.ToPythonName());
        Assert.Equal(OptimizerName.Rmsprop, PythonNames.ParseOptimizerName("rmsprop"));
        FluentActions.Invoking(() => PythonNames.ParseSchedulerType("lineal"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("linear, cosine, ");
    }

    [Fact]
    public void A_plateau_lowers_the_rate_after_its_patience_and_waits_for_its_cooldown()
    {
        var plateau = GetReduceLrOnPlateau(new() { Factor = 0.5, Patience = 1, Cooldown = 1, MinLr = 0.2 });
        double[] losses = [1.0, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 0.5];
        // The first 0.91 is tolerated, and the second bad value halves the rate; the next evaluation is not counted; then comes 0.25, and
        // 0.125 is raised to min_lr, 0.2.
        double[] rates = [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2];
        var state = new PlateauState(LearningRate: 1);
        for (var i = 0; i < losses.Length; i++)
            Assert.Equal(rates[i], (state = plateau.Next(state, losses[i])).LearningRate);
        Assert.Equal(0.5, state.Best);
    }

    [Fact]
    public void A_plateau_supports_both_modes_and_threshold_modes()
    {
        PlateauState After(PlateauMode mode, PlateauThresholdMode thresholdMode, params double[] metrics)
        {
            var plateau = GetReduceLrOnPlateau(new() { Mode = mode, ThresholdMode = thresholdMode, Threshold = 0.1 });
            return metrics.Aggregate(new PlateauState(1), plateau.Next);
        }
        Assert.Equal(1, After(PlateauMode.Min, PlateauThresholdMode.Rel, 10, 9.5).NumBadEpochs);       // better by less than a tenth
        Assert.Equal(0, After(PlateauMode.Min, PlateauThresholdMode.Rel, 10, 8.9).NumBadEpochs);
        Assert.Equal(0, After(PlateauMode.Min, PlateauThresholdMode.Abs, 10, 9.5).NumBadEpochs);
        Assert.Equal(1, After(PlateauMode.Max, PlateauThresholdMode.Rel, 10, 10.5).NumBadEpochs);
        Assert.Equal(0, After(PlateauMode.Max, PlateauThresholdMode.Abs, 10, 10.5).NumBadEpochs);
        Assert.Equal(2, After(PlateauMode.Max, PlateauThresholdMode.Abs, 10, double.NaN, 10.05).NumBadEpochs);
        Assert.Null(After(PlateauMode.Min, PlateauThresholdMode.Rel, double.NaN).Best);
        FluentActions.Invoking(() => GetReduceLrOnPlateau(new() { Factor = 1 })).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => GetReduceLrOnPlateau(new() { Mode = (PlateauMode)9 }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("mode is '9', but must be a member of PlateauMode");
    }

    private static LrSchedulerOptions Needed(SchedulerType type) => type switch
    {
        SchedulerType.WarmupStableDecay => new() { NumDecaySteps = 5 },
        SchedulerType.CosineWithMinLr or SchedulerType.CosineWarmupWithMinLr => new() { MinLr = 0.1 },
        _ => new(),
    };

    private static void AssertClose(double expected, double actual, string what) =>
        // Double precision; near 0 relative to the full rate, as cos(π) leaves 1e-16 of it.
        actual.Should().BeApproximately(expected, 1e-12 * Math.Max(Math.Abs(expected), LearningRate), what);

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<type>\w+)\.warmup(?<warmup>\d+)\.total(?<total>\d+)$")]
    private static partial Regex RecordedName();
}
