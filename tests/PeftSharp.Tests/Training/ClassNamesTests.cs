using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Training;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Training;

/// <summary>The names of the classes come from the data, and a class has the same id in the data and in the model.</summary>
public sealed class ClassNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Dataset Rows(params string[] names) => TinyRun.Rows(6, names.Length).CastColumn("labels", new ClassLabel(names));

    private Trainer Of(PretrainedModel model, Dataset? rows, Dataset? evaluation = null, params TrainerCallback[] callbacks) =>
        new(model, TinyRun.Arguments(_folder) with { MaxSteps = 1 }, rows, evaluation, new DataCollatorWithPadding(padTokenId: 0),
            callbacks: callbacks);

    private static PretrainedModel Named(params string[] names) =>
        AutoModelForSequenceClassification.FromConfig(TinyRun.Model().Config, new() { LabelNames = names });

    [Theory, InlineData(false), InlineData(true)]
    public void A_model_without_names_gets_those_of_the_training_data_and_is_saved_with_them(bool withAdapter)
    {
        using var model = TinyRun.Model(labels: 3);
        PretrainedModel trained = withAdapter ? model.GetPeftModel(new LoraConfig { R = 2 }) : model;
        var trainer = Of(trained, Rows("red", "green", "blue"));
        trainer.Train();
        trainer.Model.Config.Id2Label.Should().Equal(new Dictionary<int, string> { [0] = "red", [1] = "green", [2] = "blue" });
        trainer.Model.Config.Label2Id.Should().Contain("blue", 2);
        trainer.Predict(Rows("red", "green", "blue")).EvalPrediction.LabelNames.Should().Equal("red", "green", "blue");
        if (withAdapter) return;
        trainer.SaveModel(_folder.Path);
        using var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.Path);
        loaded.Config.Id2Label![1].Should().Be("green");
    }

    [Fact]
    public void A_report_has_the_names_of_the_classes_that_occur()
    {
        using var model = TinyRun.Model(labels: 3);
        var rows = Rows("red", "green", "blue");
        var reds = rows.Filter(row => row.GetInt64("labels") == 0);
        var report = Of(model, rows).Predict(reds).GetClassificationReport();
        report.Names.Should().Contain("red");
        report.Names.Should().BeSubsetOf(["red", "green", "blue"]);
        report.ToMetrics().Should().Equal(Of(TinyRun.Model(labels: 3), TinyRun.Rows(6, 3)).Predict(TinyRun.Rows(6, 3)
            .Filter(row => row.GetInt64("labels") == 0)).GetClassificationReport().ToMetrics(), "names do not change the numbers");
    }

    [Fact]
    public void A_model_of_each_run_gets_the_names()
    {
        var trainer = new Trainer(() => TinyRun.Model(), TinyRun.Arguments(_folder) with { MaxSteps = 1 }, Rows("bad", "good"),
            dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        trainer.Train();
        trainer.Train();
        trainer.Model.Config.Id2Label![1].Should().Be("good");
    }

    [Fact]
    public void Names_of_the_model_are_kept_and_other_names_of_the_data_are_a_warning()
    {
        using var model = Named("no", "yes");
        var warnings = new Warnings();
        Of(model, Rows("bad", "good"), callbacks: warnings).Train();
        model.Config.Id2Label![0].Should().Be("no");
        warnings.Messages.Should().ContainSingle(message => message.StartsWith(
            "The classes of the training data are bad, good, but the classes of BertForSequenceClassification are no, yes."));
        using var same = Named("BAD", "GOOD");
        warnings = new Warnings();
        Of(same, Rows("bad", "good"), callbacks: warnings).Train();
        warnings.Messages.Should().NotContain(message => message.Contains("classes of the training data"));
    }

    [Fact]
    public void A_class_with_another_id_in_the_data_is_refused_and_aligned_data_trains_the_same()
    {
        using var model = Named("bad", "good");
        var expected = Of(model, Rows("bad", "good")).Train().TrainingLoss;
        var other = Rows("bad", "good").AlignLabelsWithMapping(new Dictionary<string, int> { ["Good"] = 0, ["Bad"] = 1 }, "labels");
        foreach (var call in new Action[]
        {
            () => Of(model, other), () => Of(model, Rows("bad", "good"), other), () => Of(model, null).Predict(other),
            () => Of(TinyRun.Model(), Rows("bad", "good"), other),
        })
            call.Should().ThrowExactly<DatasetException>()
                .WithMessage("The class 'Good' has the id 0 in the * data (Good, Bad), but 1 in *AlignLabelsWithMapping*");
        using var fresh = Named("bad", "good");
        Of(fresh, other.AlignLabelsWithMapping(fresh.Config.Label2Id!, "labels")).Train().TrainingLoss.Should().Be(expected);
    }

    [Fact]
    public void A_class_that_the_model_does_not_have_is_refused_with_the_names_as_the_remedy()
    {
        FluentActions.Invoking(() => Of(TinyRun.Model(), Rows("red", "green", "blue"))).Should().ThrowExactly<DatasetException>()
            .WithMessage("The training data has 3 classes (red, green, blue), but * has 2: row 2 has the class 2.*GetClassNames*");
        var some = Rows("red", "green", "blue").Filter(row => row.GetInt64("labels") < 2);
        Of(TinyRun.Model(), some).Train();                                     // classes without rows do not matter
    }

    [Fact]
    public void Class_ids_are_numbers_for_a_model_with_one_output()
    {
        using var model = TinyRun.Model(labels: 1);
        Of(model, Rows("one", "two", "three")).Train();
        model.Config.NumLabels.Should().Be(1);
    }

    [Fact]
    public void Names_can_be_given_when_a_model_is_loaded()
    {
        TinyRun.Model().SavePretrained(_folder.Path);
        using var model = AutoModelForSequenceClassification.FromPretrained(_folder.Path, ["bad", "good"]);
        model.Config.Label2Id.Should().Equal(new Dictionary<string, int> { ["bad"] = 0, ["good"] = 1 });
        using var plain = AutoModelForSequenceClassification.FromPretrained(_folder.Path, null);
        plain.Config.NumLabels.Should().Be(2);
        FluentActions.Invoking(() => AutoModelForSequenceClassification.FromPretrained(_folder.Path, []))
            .Should().ThrowExactly<ArgumentException>().WithMessage("LabelNames is empty*");
    }

    [Fact]
    public void Names_or_their_number_can_be_given_when_a_model_is_created()
    {
        var config = TinyRun.Model().Config;
        using var named = AutoModelForSequenceClassification.FromConfig(config, ["bad", "fair", "good"]);
        named.Config.Label2Id.Should().Equal(new Dictionary<string, int> { ["bad"] = 0, ["fair"] = 1, ["good"] = 2 });
        using var tags = AutoModelForTokenClassification.FromConfig(config, ["O", "B-PER"]);
        tags.Config.Id2Label![1].Should().Be("B-PER");
        using var numbered = AutoModelForSequenceClassification.FromConfig(config, numLabels: 5);
        numbered.Config.NumLabels.Should().Be(5);
        using var numberedTags = AutoModelForTokenClassification.FromConfig(config, 4);
        numberedTags.Config.NumLabels.Should().Be(4);
        using var plain = AutoModelForSequenceClassification.FromConfig(config, null);
        using var options = AutoModelForSequenceClassification.FromConfig(config, new() { NumLabels = 3 });
        (plain.Config.NumLabels, options.Config.NumLabels).Should().Be((config.NumLabels, 3));
        FluentActions.Invoking(() => AutoModelForSequenceClassification.FromConfig(config, numLabels: 0))
            .Should().Throw<ArgumentException>();
    }
}
