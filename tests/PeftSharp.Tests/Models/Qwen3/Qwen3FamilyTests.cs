using PeftSharp.Models.Qwen3;

namespace PeftSharp.Tests.Models.Qwen3;

public sealed class Qwen3FamilyTests : ModelFamilyTests<Qwen3Config>
{
    protected override Qwen3Config Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 6,
        IntermediateSize = 24, MaxPositionEmbeddings = 12, UseSlidingWindow = true, SlidingWindow = 3, MaxWindowLayers = 1,
        ClassifierDropout = 0, PadTokenId = 0, NumLabels = 3,
    };

    protected override bool IsCausal => true;
}
