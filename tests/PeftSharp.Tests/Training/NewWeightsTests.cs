using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>A head that is not in the checkpoint: its random predictions give a warning, and a seed draws the same head again.</summary>
public sealed class NewWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _headless;

    public NewWeightsTests()
    {
        _headless = _folder.File("headless");
        using var model = AutoModel.FromConfig(((PeftSharp.Models.Bert.BertConfig)TinyRun.Model().Config) with { });
        model.SavePretrained(_headless);
    }

    public void Dispose() => _folder.Dispose();

    private TrainingArguments Arguments => TinyRun.Arguments(_folder) with { MaxSteps = 1 };

    [Fact]
    public void Predictions_of_an_untrained_head_are_warned_of_once_and_not_after_training()
    {
        using var model = AutoModelForSequenceClassification.FromPretrained(_headless);
        var warnings = new Warnings();
        var trainer = new Trainer(
            model, Arguments, TinyRun.Rows(4), TinyRun.Rows(4), new DataCollatorWithPadding(padTokenId: 0), callbacks: [warnings]);
        trainer.Predict(TinyRun.Rows(4));
        trainer.Evaluate();
        warnings.Messages.Should().ContainSingle()
            .Which.Should().ContainAll("classifier.weight", "random", "Train the model first");
        trainer.Train();
        var after = new Warnings();
        new Trainer(model, Arguments, callbacks: [after], dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Predict(
            TinyRun.Rows(4));
        after.Messages.Should().BeEmpty();
        model.SavePretrained(_folder.File("whole"));
        using var whole = AutoModelForSequenceClassification.FromPretrained(_folder.File("whole"));
        new Trainer(whole, Arguments, callbacks: [after], dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Predict(
            TinyRun.Rows(4));
        after.Messages.Should().BeEmpty();
    }

    [Fact]
    public void A_head_that_came_with_an_adapter_is_not_warned_of()
    {
        using var peft = AutoModelForSequenceClassification.FromPretrained(_headless)
            .GetPeftModel(new LoraConfig { TaskType = TaskType.SeqCls, R = 2 });
        peft.SavePretrained(_folder.File("adapter"));
        var warnings = new Warnings();
        new Trainer(peft, Arguments, callbacks: [warnings], dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Predict(
            TinyRun.Rows(4));
        warnings.Messages.Should().ContainSingle();
        using var loaded = PeftModel.FromPretrained(AutoModelForSequenceClassification.FromPretrained(_headless), _folder.File("adapter"));
        new Trainer(loaded, Arguments, callbacks: [warnings], dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Predict(
            TinyRun.Rows(4));
        warnings.Messages.Should().ContainSingle();
    }

    [Fact]
    public void A_seed_in_the_options_draws_the_head_that_Seed_Set_draws_and_leaves_the_main_stream()
    {
        Seed.Set(5);
        using var expected = AutoModelForSequenceClassification.FromPretrained(_headless);
        Seed.Set(1);
        var next = rand(3).data<float>().ToArray();
        Seed.Set(1);
        using var found = AutoModelForSequenceClassification.FromPretrained(_headless, new PretrainedOptions { Seed = 5 });
        rand(3).data<float>().ToArray().Should().Equal(next);
        TinyRun.AssertSameBits(TinyRun.Bits(expected), found);
        using var first = AutoModelForSequenceClassification.FromConfig(found.Config, new PretrainedOptions { Seed = 5 });
        using var second = AutoModelForSequenceClassification.FromConfig(found.Config, new PretrainedOptions { Seed = 5 });
        TinyRun.AssertSameBits(TinyRun.Bits(first), second);
        FluentActions.Invoking(() => Seed.Set(-1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }
}
