using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Electra;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models.Electra;

public sealed class ElectraFamilyTests : ModelFamilyTests<ElectraConfig>
{
    protected override ElectraConfig Tiny => new()
    {
        VocabSize = 31, EmbeddingSize = 12, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
        MaxPositionEmbeddings = 12, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
    };

    protected override bool IsCausal => false;

    [Theory]
    [InlineData("first", true, "tanh"), InlineData("last", true, null), InlineData("cls_index", false, "relu")]
    [InlineData("mean", true, "gelu")]
    public void A_choice_is_represented_as_the_configuration_says(string type, bool hasLayer, string? activation)
    {
        var config = Tiny with { SummaryType = type, SummaryUseProj = hasLayer, SummaryActivation = activation };
        using var model = AutoModelForMultipleChoice.FromConfig(config, new PretrainedOptions { Seed = 3 });
        model.eval();
        var ids = arange(5, 17, ScalarType.Int64).reshape(1, 2, 6);
        var output = model.call(new ModelInputs { InputIds = ids }, new ForwardOptions { OutputHiddenStates = true });
        var (states, weights) = (output.HiddenStates[^1], model.state_dict());
        var read = type switch { "first" => states.select(1, 0), "mean" => states.mean([1]), _ => states.select(1, -1) };
        if (hasLayer) read = read.matmul(weights["sequence_summary.summary.weight"].t()) + weights["sequence_summary.summary.bias"];
        read = activation switch { "tanh" => read.tanh(), "relu" => read.relu(), "gelu" => nn.functional.gelu(read), _ => read };
        var expected = read.matmul(weights["classifier.weight"].t()) + weights["classifier.bias"];
        Close.Equal(expected.reshape(1, 2), output.Logits!, 1e-5, "logits");
        weights.ContainsKey("sequence_summary.summary.weight").Should().Be(hasLayer);
    }

    [Fact]
    public void A_representation_that_transformers_does_not_have_is_refused_by_name() =>
        FluentActions.Invoking((Tiny with { SummaryType = "attn" }).Validate).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().ContainAll("summary_type is 'attn'", "cls_index");
}
