using PeftSharp.Models.Llama;

namespace PeftSharp.Tests.Models.Llama;

public sealed class LlamaFamilyTests : ModelFamilyTests<LlamaConfig>
{
    protected override LlamaConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 24,
        MaxPositionEmbeddings = 12, ClassifierDropout = 0, PadTokenId = 0, NumLabels = 3,
    };

    protected override bool IsCausal => true;
}
