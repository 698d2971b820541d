using PeftSharp.Modeling;

namespace PeftSharp.Models.Clip;

/// <summary>The family of CLIP's text model. The model can also be loaded from the folder of a whole CLIP model.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClipTextFamily : ClipEncoderFamily<ClipTextConfig>
{
    /// <summary>The shared instance.</summary>
    public static ClipTextFamily Instance { get; } = new();

    private ClipTextFamily() : base("text", other: "vision", projection: "text_projection") { }

    /// <inheritdoc/>
    public override string TokenizerClass => "CLIPTokenizer";

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<ClipTextConfig> models)
    {
        models.Add<ClipTextModel>(ModelTask.FeatureExtraction, "CLIPTextModel");
        models.Add<ClipTextModelWithProjection>(new ModelTask("Projection"), "CLIPTextModelWithProjection");
    }
}
