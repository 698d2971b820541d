using PeftSharp.Models.ModernBert;

namespace PeftSharp.Tests.Models.ModernBert;

public sealed class ModernBertFamilyTests : ModelFamilyTests<ModernBertConfig>
{
    protected override ModernBertConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 24,
        GlobalAttnEveryNLayers = 2, LocalAttention = 4, PadTokenId = 0, BosTokenId = 1, EosTokenId = [2], NumLabels = 3,
    };

    protected override bool IsCausal => false;
}
