using PeftSharp.Models.DebertaV2;

namespace PeftSharp.Tests.Models.DebertaV2;

public sealed class DebertaV2FamilyTests : ModelFamilyTests<DebertaV2Config>
{
    protected override DebertaV2Config Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 24,
        RelativeAttention = true, PositionBuckets = 4, PosAttType = ["c2p", "p2c"], ShareAttKey = true, NormRelEbd = "layer_norm",
        PositionBiasedInput = false, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
    };

    protected override bool IsCausal => false;
}
