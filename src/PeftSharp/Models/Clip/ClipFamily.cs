using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Clip;

/// <summary>The CLIP family: texts and images (Radford et al. 2021, arXiv:2103.00020).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClipFamily : ModelFamily<ClipConfig>
{
    /// <summary>The names of the modules of each role, in the text model and in the vision model.</summary>
    internal static readonly IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> PartRoles =
        new Dictionary<ModuleRole, IReadOnlyList<string>>
        {
            [ModuleRole.Query] = ["q_proj"],
            [ModuleRole.Key] = ["k_proj"],
            [ModuleRole.Value] = ["v_proj"],
            [ModuleRole.AttentionOutput] = ["out_proj"],
            [ModuleRole.FeedForwardIn] = ["fc1"],
            [ModuleRole.FeedForwardOut] = ["fc2"],
            [ModuleRole.Norm] = ["layer_norm1", "layer_norm2", "final_layer_norm", "pre_layrnorm", "post_layernorm"],
        };

    /// <summary>The shared instance.</summary>
    public static ClipFamily Instance { get; } = new();

    private ClipFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<ClipConfig> models)
    {
        models.Add<ClipModel>(ModelTask.FeatureExtraction, "CLIPModel");
        models.Add<ClipForImageClassification>(ModelTask.ImageClassification, "CLIPForImageClassification");
    }

    /// <inheritdoc/>
    public override string ModelType => "clip";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "clip";

    /// <inheritdoc/>
    public override string TokenizerClass => "CLIPTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => PartRoles;

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        foreach (var part in new[] { "text_config", "vision_config" })
            if (Part(json, part) is { } own) json[part] = own;
            else json.Remove(part);                                     // null: the defaults
        return base.ReadConfig(json);
    }

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => IsPositionIds(key);

    /// <summary>Whether a key holds position indices, which older checkpoints contain.</summary>
    internal static bool IsPositionIds(string key) => key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);

    /// <summary>
    /// The configuration of one part. In older files, <c>text_config_dict</c> and <c>vision_config_dict</c> take precedence, as in
    /// transformers. Null: the file has none.
    /// </summary>
    internal static JsonObject? Part(JsonObject json, string name)
    {
        json.Remove(name + "_dict", out var older);
        if ((older as JsonObject ?? json[name] as JsonObject)?.DeepClone() is not JsonObject part) return null;
        ConfigFiles.Normalize(part);
        return part;
    }
}
