using PeftSharp.Modeling;
using PeftSharp.Models.Bert;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling;

/// <summary>
/// The labels of the first batch decide what a classifier predicts, and its saved configuration says so, as in transformers.
/// </summary>
public sealed class ProblemTypeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(3, ProblemType.MultiLabelClassification, "multi_label_classification")]
    [InlineData(3, ProblemType.SingleLabelClassification, "single_label_classification")]
    [InlineData(1, ProblemType.Regression, "regression")]
    public void The_labels_of_a_batch_decide_the_problem_type_that_is_saved(int numLabels, ProblemType expected, string saved)
    {
        var config = new BertConfig
        {
            VocabSize = 20, HiddenSize = 8, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 16, NumLabels = numLabels,
        };
        using var model = BertForSequenceClassification.FromConfig(config);
        var ids = randint(20, [2, 5], ScalarType.Int64);
        model.call(new ModelInputs { InputIds = ids });
        model.Config.ProblemType.Should().BeNull("a batch without labels decides nothing");
        var labels = expected == ProblemType.SingleLabelClassification ? zeros(2, ScalarType.Int64) : zeros(2, numLabels);
        model.call(new ModelInputs { InputIds = ids, Labels = labels });
        model.Config.ProblemType.Should().Be(expected);
        model.SavePretrained(_folder.Path);
        ((string?)JsonFile.Read(_folder.File("config.json"))["problem_type"]).Should().Be(saved);
        using var loaded = BertForSequenceClassification.FromPretrained(_folder.Path);
        loaded.Config.ProblemType.Should().Be(expected);
    }

    [Fact]
    public void A_model_with_an_adapter_has_the_problem_type_of_its_base_model()
    {
        var config = new BertConfig
        {
            VocabSize = 20, HiddenSize = 8, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 16, NumLabels = 3,
        };
        using var peft = BertForSequenceClassification.FromConfig(config).GetPeftModel(new LoraConfig { TaskType = TaskType.SeqCls });
        peft.call(new ModelInputs { InputIds = randint(20, [2, 5], ScalarType.Int64), Labels = zeros(2, 3) });
        peft.Config.ProblemType.Should().Be(ProblemType.MultiLabelClassification);
    }
}
