using System.Text.Json;
using PeftSharp.Optimization;
using static PeftSharp.Optimization.SchedulerFactory;

namespace PeftSharp.Tests.Optimization;

/// <summary>Typed options are equivalent to options by their Python names.</summary>
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
    public void A_schedule_with_typed_options_is_the_one_with_named_options()
    {
        Assert.Equal(
            GetScheduler(SchedulerType.WarmupStableDecay, 1, 4, 18,
                new Dictionary<string, object?>
                {
                    ["num_decay_steps"] = 8, ["warmup_type"] = "cosine", ["decay_type"] = "1-sqrt", ["min_lr_ratio"] = 0.1,
                }),
            GetScheduler(SchedulerType.WarmupStableDecay, 1, 4, 18,
                new LrSchedulerOptions
                {
                    NumDecaySteps = 8, WarmupType = StageShape.Cosine, DecayType = StageShape.OneMinusSqrt, MinLrRatio = 0.1,
                }));
        Assert.Equal(
            GetReduceLROnPlateau(
                new Dictionary<string, object?> { ["mode"] = "max", ["threshold_mode"] = "abs", ["patience"] = 2, ["factor"] = 0.5 }),
            GetReduceLROnPlateau(
                new LrSchedulerOptions { Mode = PlateauMode.Max, ThresholdMode = PlateauThresholdMode.Abs, Patience = 2, Factor = 0.5 }));
        FluentActions.Invoking(() => GetScheduler(SchedulerType.Linear, 1, 0, 10, new LrSchedulerOptions { Power = 2 }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("unknown: power");
    }
}
