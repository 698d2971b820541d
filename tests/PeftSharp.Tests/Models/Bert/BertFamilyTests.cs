using PeftSharp.Models.Bert;

namespace PeftSharp.Tests.Models.Bert;

public sealed class BertFamilyTests : ModelFamilyTests<BertConfig>
{
    protected override BertConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 12,
        HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, PadTokenId = 0, NumLabels = 3,
    };

    protected override bool IsCausal => false;
}
