using PeftSharp.Models.Mistral;

namespace PeftSharp.Tests.Models.Mistral;

public sealed class MistralFamilyTests : ModelFamilyTests<MistralConfig>
{
    protected override MistralConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 6,
        IntermediateSize = 24, MaxPositionEmbeddings = 12, SlidingWindow = 3, ClassifierDropout = 0, PadTokenId = 0, NumLabels = 3,
    };

    protected override bool IsCausal => true;
}
