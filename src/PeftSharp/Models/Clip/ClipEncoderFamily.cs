using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Clip;

/// <summary>The family of CLIP's text or vision model. The model can also be loaded from the folder of a whole CLIP model.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class ClipEncoderFamily<TConfig> : ModelFamily<TConfig> where TConfig : PretrainedConfig
{
    private readonly string _part, _other, _projection;

    /// <param name="part">The name of the part in <c>config.json</c> and in checkpoints: <c>text</c> or <c>vision</c>.</param>
    /// <param name="other">The name of the other part.</param>
    /// <param name="projection">The name of the part's projection in checkpoints.</param>
    private protected ClipEncoderFamily(string part, string other, string projection) =>
        (_part, _other, _projection) = (part, $"{other}_model.", projection);

    /// <inheritdoc/>
    public override string ModelType => $"clip_{_part}_model";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CompositeModelTypes => ["clip"];

    /// <inheritdoc/>
    public override string BaseModelPrefix => $"{_part}_model";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => ClipFamily.PartRoles;

    private string Prefix => $"{BaseModelPrefix}.";

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => base.ReadConfig(ClipFamily.Part(json, $"{_part}_config") ?? json);

    /// <inheritdoc/>
    public override string RenameKey(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key;

    /// <inheritdoc/>
    public override string CheckpointName(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith(_projection, StringComparison.Ordinal) ? name : Prefix + name;

    // A checkpoint of a whole CLIP model also contains parts that this model does not have.
    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => ClipFamily.IsPositionIds(key) || key.StartsWith(_other, StringComparison.Ordinal)
        || key is "logit_scale" or "visual_projection.weight" or "text_projection.weight";
}
