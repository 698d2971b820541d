using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>Labels that do not match the classes of a model are errors that name the labels, the classes and what to change.</summary>
public sealed class LabelMessagesTests : IDisposable
{
    private const string CastOrScore =
        "CastColumn(\"labels\", new Value(\"int64\")); for regression, load the model with numLabels: 1.";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Dataset Labeled<T>(params T[] labels) =>
        Dataset.FromList(labels.Select(label => TinyRun.Row([5, 6], label)));

    private string Refusal(Dataset rows, ProblemType? problem = null, bool constructorOnly = true)
    {
        using var model = TinyRun.Model(problem: problem);
        return FluentActions.Invoking(() =>
        {
            var trainer = new Trainer(
                model, TinyRun.Arguments(_folder) with { MaxSteps = 1 }, rows, dataCollator: new DataCollatorWithPadding(padTokenId: 0));
            if (!constructorOnly) trainer.Train();
        }).Should().ThrowExactly<DatasetException>().Which.Message;
    }

    [Theory, InlineData(null), InlineData(ProblemType.SingleLabelClassification), InlineData(ProblemType.MultiLabelClassification)]
    public void Rows_with_more_labels_than_the_model_name_LabelNames(ProblemType? problem)
    {
        Refusal(Labeled<bool[]>([true, false, true], [false, false, true]), problem)
            .Should().EndWith("Each row has 3 labels, but the model has 2: LabelNames needs one name for each.");
        Refusal(Labeled<bool[]>([true], [true]), problem)
            .Should().EndWith("Each row has 1 label, but the model has 2: LabelNames needs one name for each.");
        Refusal(Labeled<float[]>([1, 0], [1, 0, 1]), problem).Should().Contain("Row 1 has 3 labels, but the model has 2.");
    }

    [Fact]
    public void Several_labels_for_a_model_that_was_trained_with_classes_name_the_problem_type() =>
        Refusal(Labeled<bool[]>([true, false], [false, true]), ProblemType.SingleLabelClassification)
            .Should().Contain("load the model with ProblemType.MultiLabelClassification");

    [Theory, InlineData(null), InlineData(ProblemType.SingleLabelClassification)]
    public void Labels_that_are_decimals_name_their_type_in_the_data_and_both_remedies(ProblemType? problem)
    {
        Refusal(Labeled(1.5, 2.5), problem).Should().Contain("has type float64, but").And.EndWith(CastOrScore);
        Refusal(Labeled(0.0, 1.0), problem).Should().Contain("has type float64 and contains only integers, but").And.EndWith(CastOrScore);
    }

    [Fact]
    public void Labels_of_a_call_that_are_decimals_name_both_remedies()
    {
        using var model = TinyRun.Model(problem: ProblemType.SingleLabelClassification);
        using var inputs = new ModelInputs { InputIds = tensor(new long[,] { { 5, 6 } }), Labels = tensor(new[] { 1f }) };
        model.Invoking(called => called.call(inputs)).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().StartWith("'labels' contains floating-point values, but the model has 2 classes")
            .And.EndWith(CastOrScore);
    }

    [Fact]
    public void Several_labels_of_a_call_name_LabelNames()
    {
        using var model = TinyRun.Model();
        using var inputs = new ModelInputs { InputIds = tensor(new long[,] { { 5, 6 } }), Labels = ones(1, 3) };
        model.Invoking(called => called.call(inputs)).Should().ThrowExactly<DatasetException>()
            .WithMessage("Each row has 3 labels, but the model has 2: LabelNames needs one name for each.");
    }

    [Fact]
    public void Classes_that_begin_with_1_are_told_that_classes_are_numbered_from_0() =>
        Refusal(Labeled(1, 2), constructorOnly: false)
            .Should().StartWith("Classes are numbered from 0: 'labels' contains 2 at [").And.Contain("The head has 2 classes, 0 to 1");

    [Fact]
    public void Labels_that_are_text_can_be_converted_or_removed() =>
        Refusal(Labeled("good", "bad")).Should().ContainAll("ClassEncodeColumn(\"labels\")", "remove it: RemoveColumns(\"labels\")");

    [Fact]
    public void Rows_of_different_lengths_name_the_padding_token_that_the_tokenizer_of_the_trainer_does_not_have()
    {
        var tokenizer = PeftSharp.Tests.Prediction.Recorded.BytesTokenizer();
        tokenizer.PadToken = null;
        Dataset rows = Dataset.FromList([TinyRun.Row([5, 6], 0L), TinyRun.Row([5], 1L)]);
        string Message(PeftSharp.Tokenization.Tokenizer? passed)
        {
            using var model = TinyRun.Model();
            return FluentActions.Invoking(() =>
                new Trainer(model, TinyRun.Arguments(_folder) with { MaxSteps = 1 }, rows, tokenizer: passed).Train())
                .Should().ThrowExactly<DatasetException>().Which.Message;
        }
        Message(tokenizer).Should().Contain("The tokenizer has no padding token: set tokenizer.PadToken = tokenizer.EosToken")
            .And.NotContain("Pass the tokenizer");
        Message(null).Should().Contain("Pass the tokenizer to the trainer");
    }
}
