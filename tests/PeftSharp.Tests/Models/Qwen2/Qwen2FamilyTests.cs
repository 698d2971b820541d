using PeftSharp.Models.Qwen2;

namespace PeftSharp.Tests.Models.Qwen2;

public sealed class Qwen2FamilyTests : ModelFamilyTests<Qwen2Config>
{
    protected override Qwen2Config Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 24,
        MaxPositionEmbeddings = 12, UseSlidingWindow = true, SlidingWindow = 3, MaxWindowLayers = 1, ClassifierDropout = 0, PadTokenId = 0,
        NumLabels = 3,
    };

    protected override bool IsCausal => true;
}
