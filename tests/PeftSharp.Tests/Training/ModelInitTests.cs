using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>A function that creates the model starts each run from the same weights.</summary>
public sealed class ModelInitTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static PretrainedModel NewModel() =>
        AutoModelForSequenceClassification.FromConfig((PeftSharp.Models.Bert.BertConfig)TinyRun.Model(dropout: 0.1).Config);

    /// <summary>Draws from the current random stream, without a seed of its own.</summary>
    private static PretrainedModel Drawn(PeftSharp.Models.Bert.BertConfig config) => AutoModelForSequenceClassification.FromConfig(config);

    [Fact]
    public void Each_run_begins_from_the_weights_that_the_seed_draws_and_ends_the_same()
    {
        var config = (PeftSharp.Models.Bert.BertConfig)TinyRun.Model(dropout: 0.1).Config;
        var trainer = new Trainer(() => Drawn(config), TinyRun.Arguments(_folder) with { Seed = 3 }, TinyRun.Rows(8),
            dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        Seed.Set(3);
        using var fresh = Drawn(config);
        TinyRun.AssertSameBits(TinyRun.Bits(fresh), trainer.Model);
        var first = trainer.Model;
        rand(5);
        trainer.Train();
        var ended = TinyRun.Bits(trainer.Model);
        Assert.NotSame(first, trainer.Model);
        FluentActions.Invoking(() => first.Device).Should().ThrowExactly<ObjectDisposedException>();
        rand(7);
        trainer.Train();
        TinyRun.AssertSameBits(ended, trainer.Model);
    }

    [Fact]
    public void A_model_and_a_function_or_a_function_that_makes_nothing_new_are_refused()
    {
        using var model = NewModel();
        var args = TinyRun.Arguments(_folder);
        FluentActions.Invoking(() => new Trainer((PretrainedModel)null!, args)).Should().ThrowExactly<ArgumentNullException>()
            .WithParameterName("model");
        FluentActions.Invoking(() => new Trainer((Func<PretrainedModel>)null!, args)).Should().ThrowExactly<ArgumentNullException>()
            .WithParameterName("modelInit");
        FluentActions.Invoking(() => new Trainer(() => null!, args))
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("null");
        var trainer = new Trainer(() => model, args, TinyRun.Rows(4), dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        FluentActions.Invoking(() => trainer.Train())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("Return a new model");
    }
}
