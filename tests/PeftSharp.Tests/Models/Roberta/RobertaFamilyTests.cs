using PeftSharp.Models.Roberta;

namespace PeftSharp.Tests.Models.Roberta;

public sealed class RobertaFamilyTests : ModelFamilyTests<RobertaConfig>
{
    protected override RobertaConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 14,
        HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
    };

    protected override bool IsCausal => false;
}
