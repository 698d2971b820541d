using PeftSharp.Models.Gemma3;

namespace PeftSharp.Tests.Models.Gemma3;

public sealed class Gemma3FamilyTests : ModelFamilyTests<Gemma3TextConfig>
{
    protected override Gemma3TextConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 6,
        IntermediateSize = 24, MaxPositionEmbeddings = 12, SlidingWindow = 3, SlidingWindowPattern = 2, QueryPreAttnScalar = 10,
        PadTokenId = 0, NumLabels = 3,
    };

    protected override bool IsCausal => true;
}
