using PeftSharp.Models.Phi3;

namespace PeftSharp.Tests.Models.Phi3;

public sealed class Phi3FamilyTests : ModelFamilyTests<Phi3Config>
{
    protected override Phi3Config Tiny => new()
    {
        VocabSize = 31, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 24,
        MaxPositionEmbeddings = 12, OriginalMaxPositionEmbeddings = 12, SlidingWindow = 3, ClassifierDropout = 0, PadTokenId = 0,
        NumLabels = 3,
        RopeParameters = new()
        {
            RopeType = "longrope", PartialRotaryFactor = 0.75, ShortFactor = [1, 1.1, 1.2], LongFactor = [2, 3, 4], Factor = 2,
        },
    };

    protected override bool IsCausal => true;
}
