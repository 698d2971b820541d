using PeftSharp.Models.Electra;

namespace PeftSharp.Tests.Models.Electra;

public sealed class ElectraFamilyTests : ModelFamilyTests<ElectraConfig>
{
    protected override ElectraConfig Tiny => new()
    {
        VocabSize = 31, EmbeddingSize = 12, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
        MaxPositionEmbeddings = 12, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
    };

    protected override bool IsCausal => false;
}
