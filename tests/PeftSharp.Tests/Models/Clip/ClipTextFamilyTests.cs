using PeftSharp.Modeling;
using PeftSharp.Models.Clip;
using PeftSharp.Serialization;

namespace PeftSharp.Tests.Models.Clip;

public sealed class ClipTextFamilyTests : ModelFamilyTests<ClipTextConfig>
{
    // The end of a text is its highest id, so the ids of the tests need no special token.
    protected override ClipTextConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 2, NumAttentionHeads = 2, ProjectionDim = 10,
        MaxPositionEmbeddings = 12, BosTokenId = 0, EosTokenId = [2], NumLabels = 3,
    };

    protected override bool IsCausal => true;

    [Fact]
    public void A_checkpoint_has_the_prefix_that_transformers_writes()
    {
        using var folder = new TemporaryFolder();
        using var model = Build(ModelTask.FeatureExtraction);
        model.SavePretrained(folder.Path);
        Safetensors.Load(Path.Combine(folder.Path, "model.safetensors")).Keys
            .Should().AllSatisfy(key => key.Should().StartWith("text_model."));
    }
}
