using PeftSharp.Models;
using PeftSharp.Models.DistilBert;
using TorchSharp;

namespace PeftSharp.Tests.Models.DistilBert;

public sealed class DistilBertFamilyTests : ModelFamilyTests<DistilBertConfig>
{
    protected override DistilBertConfig Tiny => new()
    {
        VocabSize = 31, Dim = 16, NLayers = 2, NHeads = 2, HiddenDim = 24, MaxPositionEmbeddings = 12, Dropout = 0, AttentionDropout = 0,
        QaDropout = 0, SeqClassifDropout = 0, NumLabels = 3,
    };

    protected override bool IsCausal => false;

    [Fact]
    public void New_position_embeddings_are_sines_and_cosines_if_the_configuration_says_so()
    {
        using var scope = torch.NewDisposeScope();
        using var model = AutoModel.FromConfig(Tiny with { SinusoidalPosEmbds = true });
        var table = model.state_dict()["embeddings.position_embeddings.weight"];
        foreach (var row in new[] { 0, 1, 11 })
            foreach (var column in new[] { 0, 1, 2, 15 })
            {
                var angle = row / Math.Pow(10000, 2 * (column / 2) / 16.0);
                table[row, column].item<float>()
                    .Should().BeApproximately((float)(column % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle)), 1e-6f);
            }
    }
}
