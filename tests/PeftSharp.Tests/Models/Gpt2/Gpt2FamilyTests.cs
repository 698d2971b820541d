using PeftSharp.Models.Gpt2;

namespace PeftSharp.Tests.Models.Gpt2;

public sealed class Gpt2FamilyTests : ModelFamilyTests<Gpt2Config>
{
    protected override Gpt2Config Tiny => new()
    {
        VocabSize = 31, NPositions = 12, NEmbd = 16, NLayer = 2, NHead = 2, AttnPdrop = 0, EmbdPdrop = 0, ResidPdrop = 0,
        ClassifierDropout = 0, PadTokenId = 0, NumLabels = 3,
    };

    protected override bool IsCausal => true;
}
