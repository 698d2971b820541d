using PeftSharp.Modeling;

namespace PeftSharp.Models.Clip;

/// <summary>The family of CLIP's vision model. The model can also be loaded from the folder of a whole CLIP model.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClipVisionFamily : ClipEncoderFamily<ClipVisionConfig>
{
    /// <summary>The shared instance.</summary>
    public static ClipVisionFamily Instance { get; } = new();

    private ClipVisionFamily() : base("vision", other: "text", projection: "visual_projection") { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<ClipVisionConfig> models)
    {
        models.Add<ClipVisionModel>(ModelTask.FeatureExtraction, "CLIPVisionModel");
        models.Add<ClipVisionModelWithProjection>(new ModelTask("Projection"), "CLIPVisionModelWithProjection");
    }
}
