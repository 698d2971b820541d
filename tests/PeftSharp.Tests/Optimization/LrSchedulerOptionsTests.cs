using System.Text.Json;
using PeftSharp.Optimization;
using static PeftSharp.Optimization.SchedulerFactory;

namespace PeftSharp.Tests.Optimization;

/// <summary>Options of schedules have Python names and reach the schedules that use them.</summary>
public sealed class LrSchedulerOptionsTests
{
    [Fact]
    public void Each_property_is_an_option_by_its_Python_name()
    {
        foreach (var property in typeof(LrSchedulerOptions).GetProperties())
        {
            var options = new LrSchedulerOptions();
            property.SetValue(options, Activator.CreateInstance(Nullable.GetUnderlyingType(property.PropertyType)!));
            options.ByPythonName().Keys.Should().Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
        new LrSchedulerOptions().ByPythonName().Should().BeEmpty();
    }

    [Fact]
    public void Each_option_reaches_its_schedule()
    {
        GetScheduler(SchedulerType.CosineWithMinLr, 0.5, 4, 18, new() { NumCycles = 1.5, MinLr = 0.1 }).Should().Be(
            new CosineSchedule { LearningRate = 0.5, NumWarmupSteps = 4, NumTrainingSteps = 18, NumCycles = 1.5, MinLrRate = 0.2 });
        GetScheduler(SchedulerType.CosineWithRestarts, 1, 4, 18, new() { NumCycles = 3 }).Should().Be(
            new CosineWithRestartsSchedule { LearningRate = 1, NumWarmupSteps = 4, NumTrainingSteps = 18, NumCycles = 3 });
        GetScheduler(SchedulerType.Polynomial, 1, 4, 18, new() { LrEnd = 0.1, Power = 2 }).Should().Be(
            new PolynomialSchedule { LearningRate = 1, NumWarmupSteps = 4, NumTrainingSteps = 18, LrEnd = 0.1, Power = 2 });
        GetScheduler(SchedulerType.InverseSqrt, 1, 4, 18, new() { Timescale = 5 }).Should().Be(
            new InverseSqrtSchedule { LearningRate = 1, NumWarmupSteps = 4, Timescale = 5 });
        GetScheduler(SchedulerType.CosineWarmupWithMinLr, 1, 4, 18, new() { NumCycles = 1, MinLrRate = 0.2, WarmupLrRate = 0.1 })
            .Should().Be(new CosineWarmupWithMinLrSchedule
            {
                LearningRate = 1, NumWarmupSteps = 4, NumTrainingSteps = 18, NumCycles = 1, MinLrRate = 0.2, WarmupLrRate = 0.1,
            });
        GetScheduler(SchedulerType.WarmupStableDecay, 1, 4, 18,
            new()
            {
                NumDecaySteps = 8, NumStableSteps = 5, WarmupType = LearningRateCurve.Cosine, DecayType = LearningRateCurve.OneMinusSqrt,
                MinLrRatio = 0.1, NumCycles = 1,
            })
            .Should().Be(new WarmupStableDecaySchedule
            {
                LearningRate = 1, NumWarmupSteps = 4, NumDecaySteps = 8, NumStableSteps = 5, WarmupType = LearningRateCurve.Cosine,
                DecayType = LearningRateCurve.OneMinusSqrt, MinLrRatio = 0.1, NumCycles = 1,
            });
        GetReduceLrOnPlateau(
            new()
            {
                Mode = PlateauMode.Max, Factor = 0.5, Patience = 2, Threshold = 0.2, ThresholdMode = PlateauThresholdMode.Abs,
                Cooldown = 3, MinLr = 0.1, Eps = 0.01,
            })
            .Should().Be(new ReduceLrOnPlateau
            {
                Mode = PlateauMode.Max, Factor = 0.5, Patience = 2, Threshold = 0.2, ThresholdMode = PlateauThresholdMode.Abs,
                Cooldown = 3, MinLr = 0.1, Eps = 0.01,
            });
    }

    [Fact]
    public void A_stable_phase_that_is_not_given_takes_the_remaining_steps() =>
        GetScheduler(SchedulerType.WarmupStableDecay, 1, 4, 18, new() { NumDecaySteps = 8 }).Should().Be(
            new WarmupStableDecaySchedule { LearningRate = 1, NumWarmupSteps = 4, NumStableSteps = 6, NumDecaySteps = 8 });
}
