using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Clip;

/// <summary>The family of CLIP's vision model, which can also be loaded from the folder of a whole CLIP model.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClipVisionFamily : ModelFamily<ClipVisionConfig>
{
    private const string Prefix = "vision_model.";

    /// <summary>The shared instance.</summary>
    public static ClipVisionFamily Instance { get; } = new();

    private ClipVisionFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<ClipVisionConfig> models)
    {
        models.Add<ClipVisionModel>(ModelTask.FeatureExtraction, "CLIPVisionModel");
        models.Add<ClipVisionModelWithProjection>(new ModelTask("Projection"), "CLIPVisionModelWithProjection");
    }

    /// <inheritdoc/>
    public override string ModelType => "clip_vision_model";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CompositeModelTypes => ["clip"];

    /// <inheritdoc/>
    public override string BaseModelPrefix => "vision_model";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => ClipFamily.TowerRoles;

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => base.ReadConfig(ClipFamily.Part(json, "vision_config") ?? json);

    /// <inheritdoc/>
    public override string RenameKey(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key;

    /// <inheritdoc/>
    public override string CheckpointName(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith("visual_projection", StringComparison.Ordinal)
            ? name
            : Prefix + name;

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => ClipFamily.IsPositionIds(key)
        // The parts of a whole model that this one does not have.
        || key.StartsWith("text_model.", StringComparison.Ordinal)
        || key is "logit_scale" or "text_projection.weight" or "visual_projection.weight";
}
