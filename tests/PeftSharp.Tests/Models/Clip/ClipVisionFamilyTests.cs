using PeftSharp.Models.Clip;

namespace PeftSharp.Tests.Models.Clip;

public sealed class ClipVisionFamilyTests : VisionFamilyTests<ClipVisionConfig>
{
    protected override ClipVisionConfig Tiny => new()
    {
        HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 2, NumAttentionHeads = 2, ImageSize = [8], PatchSize = [4],
        ProjectionDim = 10, NumLabels = 3,
    };
}
