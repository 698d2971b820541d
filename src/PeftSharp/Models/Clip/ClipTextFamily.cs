using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Clip;

/// <summary>The family of CLIP's text model, which can also be loaded from the folder of a whole CLIP model.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClipTextFamily : ModelFamily<ClipTextConfig>
{
    private const string Prefix = "text_model.";

    /// <summary>The shared instance.</summary>
    public static ClipTextFamily Instance { get; } = new();

    private ClipTextFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<ClipTextConfig> models)
    {
        models.Add<ClipTextModel>(ModelTask.FeatureExtraction, "CLIPTextModel");
        models.Add<ClipTextModelWithProjection>(new ModelTask("Projection"), "CLIPTextModelWithProjection");
    }

    /// <inheritdoc/>
    public override string ModelType => "clip_text_model";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CompositeModelTypes => ["clip"];

    /// <inheritdoc/>
    public override string BaseModelPrefix => "text_model";

    /// <inheritdoc/>
    public override string TokenizerClass => "CLIPTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => ClipFamily.TowerRoles;

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => base.ReadConfig(ClipFamily.Part(json, "text_config") ?? json);

    /// <inheritdoc/>
    public override string RenameKey(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key;

    /// <inheritdoc/>
    public override string CheckpointName(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith("text_projection", StringComparison.Ordinal)
            ? name
            : Prefix + name;

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => ClipFamily.IsPositionIds(key)
        // The parts of a whole model that this one does not have.
        || key.StartsWith("vision_model.", StringComparison.Ordinal)
        || key is "logit_scale" or "visual_projection.weight" or "text_projection.weight";
}
