using PeftSharp.Models.XlmRoberta;

namespace PeftSharp.Tests.Models.XlmRoberta;

public sealed class XlmRobertaFamilyTests : ModelFamilyTests<XlmRobertaConfig>
{
    protected override XlmRobertaConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 14,
        HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
    };

    protected override bool IsCausal => false;
}
