using PeftSharp.Training;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Parity;

/// <summary>What the comparison of final weights leaves open is small: a run that was given a slightly wrong setting fails it.</summary>
[Trait("Category", "Parity")]
public sealed class RoundingReachTests
{
    private const double Weights = 2e-3;

    public static TheoryData<string, string> Wrong => new()
    {
        { "bert-rmsprop", "OptimArgs" }, { "bert-rmsprop", "LearningRate" }, { "bert-adamw-eps", "AdamBeta2" },
        { "bert-adamw-eps", "WeightDecay" }, { "bert-chapter-no-dropout", "AdamBeta1" },
        { "bert-chapter-no-dropout", "WarmupSteps" }, { "bert-sgd-momentum", "OptimArgs" }, { "gpt2-weight-decay", "WeightDecay" },
        { "gpt2-lora-no-dropout", "LearningRate" },
    };

    [SkippableTheory, MemberData(nameof(Wrong))]
    public void A_run_with_a_slightly_wrong_setting_fails_the_comparison(string name, string setting)
    {
        var recorded = new RecordedRun(name);
        using var folder = new TemporaryFolder();
        var right = recorded.Arguments(folder.Path);
        var wrong = setting switch
        {
            "OptimArgs" =>
                right with { OptimArgs = right.OptimArgs is null ? new() { Alpha = 0.985 } : right.OptimArgs with { Momentum = 0.89 } },
            "LearningRate" => right with { LearningRate = right.LearningRate * 1.01 },
            "AdamBeta1" => right with { AdamBeta1 = 0.89 },
            "AdamBeta2" => right with { AdamBeta2 = right.AdamBeta2 - 0.005 },
            "WeightDecay" => right with { WeightDecay = right.WeightDecay * 0.5 },
            _ => right with { WarmupSteps = right.WarmupSteps.Value + 1 },
        };
        using var model = recorded.Model();
        new Trainer(model, wrong, recorded.Rows("train"), recorded.Rows("eval"), recorded.Collator(),
            computeMetrics: recorded.IsLanguage ? null : TrainingParityTests.ComputeMetrics).Train();
        using var scope = NewDisposeScope();
        var (reach, weights) = (RoundingReach.OfRun(recorded), model.state_dict());
        FluentActions.Invoking(() =>
        {
            foreach (var (key, value) in PeftSharp.Serialization.Safetensors.Load(recorded.FinalFile))
                if (weights.TryGetValue(key, out var found)) reach.AssertNear(value, found, key, Weights);
        }).Should().Throw<Xunit.Sdk.XunitException>();
    }

    [SkippableTheory]
    [InlineData("bert-rmsprop", 0.75)]
    [InlineData("bert-adamw-eps", 0.8)]
    [InlineData("gpt2-weight-decay", 0.75)]
    [InlineData("bert-sgd", 0.8)]
    public void A_run_determines_nearly_all_of_its_weights(string name, double least)
    {
        var recorded = new RecordedRun(name);
        var reach = RoundingReach.OfRun(recorded);
        using var scope = NewDisposeScope();
        using var model = recorded.Model();
        var final = PeftSharp.Serialization.Safetensors.Load(recorded.FinalFile);
        var determined = reach.Determined(model.named_parameters()
            .ToDictionary(pair => pair.name, pair => final.GetValueOrDefault(pair.name) ?? pair.parameter), Weights);
        determined.Should().BeGreaterThanOrEqualTo(least);
    }
}
