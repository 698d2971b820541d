using PeftSharp.Data;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Labels are found under the names that C# programs use, and the constructor reports absent labels.</summary>
public sealed class LabelColumnsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private sealed record Example(long[] InputIds, long[] AttentionMask, int Label, string Text);

    [Fact]
    public void A_record_of_csharp_trains_as_rows_of_python_do()
    {
        var args = TinyRun.Arguments(_folder) with { MaxSteps = 2 };
        var python = TinyRun.Trainer(args, TinyRun.Rows(4));
        var rows = TinyRun.Rows(4);
        var csharp = TinyRun.Trainer(args, Dataset.FromRows(Enumerable.Range(0, 4).Select(row => new Example(
            rows[row].GetInt64s("input_ids").ToArray(), rows[row].GetInt64s("attention_mask").ToArray(),
            (int)rows[row].GetInt64("labels"), "x"))));
        Assert.Equal(python.Train().TrainingLoss, csharp.Train().TrainingLoss);
    }

    [Theory]
    [InlineData("label")]
    [InlineData("Label")]
    [InlineData("LABEL")]
    [InlineData("Labels")]
    [InlineData("label_ids")]
    [InlineData("LabelIds")]
    public void Labels_are_found_by_each_name(string name) =>
        TinyRun.Trainer(TinyRun.Arguments(_folder) with { MaxSteps = 1 }, TinyRun.Rows(4).RenameColumn("labels", name)).Train();

    [Fact]
    public void Missing_labels_are_an_error_of_the_constructor_that_names_the_columns_left_out()
    {
        FluentActions.Invoking(() => TinyRun.Trainer(TinyRun.Arguments(_folder), TinyRun.Rows(4).RenameColumn("labels", "category")))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("'labels'", "does not read category", "RenameColumn(\"category\", \"labels\")");
    }

    [Fact]
    public void Labels_that_are_text_name_ClassEncodeColumn()
    {
        var rows = Dataset.FromList(Enumerable.Range(0, 4).Select(row => TinyRun.Row([5, 6], row % 2 == 0 ? "good" : "bad")));
        FluentActions.Invoking(() => TinyRun.Trainer(TinyRun.Arguments(_folder), rows))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("ClassEncodeColumn(\"labels\")");
    }

    [Fact]
    public void Classes_that_are_decimals_name_CastColumn()
    {
        var rows = Dataset.FromList(Enumerable.Range(0, 4).Select(row => TinyRun.Row([5, 6], (double)(row % 2))));
        FluentActions.Invoking(() => TinyRun.Trainer(TinyRun.Arguments(_folder), rows).Train())
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("CastColumn(\"labels\", new Value(\"int64\"))");
    }

    [Fact]
    public void Rows_of_uneven_length_name_the_tokenizer_argument()
    {
        var trainer = new Trainer(TinyRun.Model(), TinyRun.Arguments(_folder), TinyRun.Rows(8));
        FluentActions.Invoking(() => trainer.Train())
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("tokenizer: tokenizer");
    }

    private Trainer Named(
        Dataset rows, string? labelColumn, PeftSharp.Modeling.PretrainedModel? model = null, Dataset? evaluation = null) =>
        new(
            model ?? TinyRun.Model(), TinyRun.Arguments(_folder) with { MaxSteps = 1 }, rows, evaluation,
            new DataCollatorWithPadding(padTokenId: 0),
            labelColumn: labelColumn);

    [Fact]
    public void Labels_are_the_named_column_whatever_other_columns_there_are()
    {
        var expected = Named(TinyRun.Rows(4), null).Train().TrainingLoss;
        var rows = TinyRun.Rows(4).RenameColumn("labels", "category");
        Assert.Equal(expected, Named(rows, "category").Train().TrainingLoss);
        Assert.Equal(
            expected, Named(rows.AddColumn("labels", new long[4]).AddColumn("Label", new long[4]), "category").Train().TrainingLoss);
        Assert.Equal(expected, Named(TinyRun.Rows(4), "labels").Train().TrainingLoss);
        Named(rows, "category", evaluation: rows).Evaluate().Should().ContainKey("eval_loss");
        // Rows to predict need no labels.
        Assert.Equal(4, Named(rows, "category").Predict(rows.RemoveColumns("category")).Predictions.Count);
    }

    [Fact]
    public void An_invalid_label_column_is_refused_by_the_constructor()
    {
        var rows = TinyRun.Rows(4).RenameColumn("labels", "category");
        FluentActions.Invoking(() => Named(rows, "kategory"))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("labelColumn is 'kategory', but the training data has no such column. Columns:");
        FluentActions.Invoking(() => Named(rows, "input_ids"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("which is an input of");
        FluentActions.Invoking(() => Named(rows.AddColumn("name", new[] { "a", "b", "a", "b" }), "name"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("ClassEncodeColumn(\"name\")");
        FluentActions.Invoking(() => Named(rows.CastColumn("category", new Value("float64")), "category"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("CastColumn(\"category\", new Value(\"int64\"))");
    }

    [Theory]
    [InlineData("text", "topic", "topic")]
    [InlineData("id", "Sentiment", "Sentiment")]
    [InlineData("text", "is_spam", "is_spam")]
    public void The_hint_names_the_column_that_is_probably_meant(string other, string labels, string expected)
    {
        var rows = TinyRun.Rows(4).RemoveColumns("labels").AddColumn(other, new[] { "some", "texts", "that", "differ" })
            .AddColumn(labels,
                labels == "is_spam" ? new[] { true, false, true, false } : (System.Collections.IEnumerable)new[] { "x", "y", "x", "y" });
        var message = FluentActions.Invoking(() => Named(rows, null)).Should().ThrowExactly<DatasetException>().Which.Message;
        message.Should().Contain($"pass labelColumn: \"{expected}\"");
        Assert.Equal(labels != "is_spam", message.Contains($"ClassEncodeColumn(\"{expected}\")", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_labels_train_the_same_as_booleans_and_decimals()
    {
        double Loss(System.Collections.IEnumerable labels) =>
            Named(TinyRun.Rows(4).RemoveColumns("labels").AddColumn("tags", labels), "tags", TinyRun.Model(labels: 3)).Train().TrainingLoss;
        bool[][] booleans = [[true, false, true], [false, false, false], [true, true, true], [false, true, false]];
        var expected = Loss(booleans.Select(row => row.Select(value => value ? 1f : 0f).ToArray()));
        Assert.Equal(expected, Loss(booleans));
        var refused = FluentActions.Invoking(() => Loss(booleans.Select(row => row.Select(value => value ? 1 : 0).ToArray())))
            .Should().ThrowExactly<DatasetException>().Which;        // lists of integers may also be classes of tokens
        refused.Message.Should().Contain("use a bool[] with a value for each label, or load the model with ProblemType");
    }

    [Fact]
    public void Predictions_of_several_labels_are_reported_for_booleans()
    {
        var rows = TinyRun.Rows(4).RemoveColumns("labels").AddColumn(
            "labels", new bool[][] { [true, false, true], [false, false, false], [true, true, true], [false, true, false] });
        var report = Named(rows, null, TinyRun.Model(labels: 3)).Predict(rows).EvalPrediction.GetMultiLabelReport(["a", "b", "c"]);
        report.Labels.Select(scores => scores.Support).Should().Equal(2, 2, 2);
    }

    [Fact]
    public void Lists_of_class_ids_are_an_error_of_the_constructor_that_names_both_ways_out()
    {
        var rows = TinyRun.Rows(4).RemoveColumns("labels").AddColumn("labels", new int[][] { [0, 1], [1, 0], [1, 1], [0, 0] });
        FluentActions.Invoking(() => TinyRun.Trainer(TinyRun.Arguments(_folder), rows)).Should().ThrowExactly<DatasetException>()
            .WithMessage("Column 'labels' * the first row has 2 labels, but * predicts one class*bool[]*MultiLabelClassification*");
    }

    [Fact]
    public void An_output_folder_that_is_a_file_is_named_before_training()
    {
        var file = Path.Combine(_folder.Path, "out");
        File.WriteAllText(file, "");
        TinyRun.Trainer(new TrainingArguments(file) { MaxSteps = 1 }, TinyRun.Rows(4)).Invoking(trainer => trainer.Train())
            .Should().ThrowExactly<IOException>().WithMessage("*is a file*was not started*");
        TinyRun.Model().Invoking(model => model.SavePretrained(file)).Should().ThrowExactly<IOException>().WithMessage("*is a file*");
    }

    [Fact]
    public void A_disposed_model_is_named_by_each_call()
    {
        var model = TinyRun.Model();
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder), TinyRun.Rows(4));
        trainer.Model.Dispose();
        model.Dispose();
        foreach (var call in new Action[] { () => trainer.Train(), () => trainer.Predict(TinyRun.Rows(4)), () => model.call(new()) })
            call.Should().Throw<ObjectDisposedException>().WithMessage("*has been disposed. Load it again.*");
    }

    [Fact]
    public void Labels_of_texts_are_refused_by_a_language_model()
    {
        using var model = PeftSharp.Models.AutoModelForCausalLM.FromConfig(new PeftSharp.Models.Gpt2.Gpt2Config
        {
            VocabSize = 100, NEmbd = 8, NLayer = 1, NHead = 2, NPositions = 16,
        });
        var trainer = new Trainer(model, TinyRun.Arguments(_folder) with { MaxSteps = 1 }, TinyRun.Rows(4),
            dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        trainer.Invoking(run => run.Train()).Should().ThrowExactly<DatasetException>()
            .WithMessage("*'labels' has shape [*], but a language model needs a label for each token*DataCollatorForLanguageModeling*");
    }
}
