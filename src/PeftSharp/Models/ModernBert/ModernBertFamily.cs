using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.ModernBert;

/// <summary>The ModernBERT family (Warner et al. 2024, arXiv:2412.13663).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ModernBertFamily : ModelFamily<ModernBertConfig>
{
    /// <summary>The shared instance.</summary>
    public static ModernBertFamily Instance { get; } = new();

    private ModernBertFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<ModernBertConfig> models)
    {
        models.Add<ModernBertModel>(ModelTask.FeatureExtraction);
        models.Add<ModernBertForMaskedLM>(ModelTask.MaskedLM);
        models.Add<ModernBertForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<ModernBertForTokenClassification>(ModelTask.TokenClassification);
        models.Add<ModernBertForQuestionAnswering>(ModelTask.QuestionAnswering);
        models.Add<ModernBertForMultipleChoice>(ModelTask.MultipleChoice);
    }

    /// <inheritdoc/>
    public override string ModelType => "modernbert";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "model";

    /// <inheritdoc/>
    public override string TokenizerClass => TokenizersBackend;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>
        {
            [ModuleRole.Query] = ["Wqkv"],
            [ModuleRole.Key] = ["Wqkv"],
            [ModuleRole.Value] = ["Wqkv"],
            [ModuleRole.AttentionOutput] = ["attn.Wo"],
            [ModuleRole.FeedForwardIn] = ["Wi"],
            [ModuleRole.FeedForwardOut] = ["mlp.Wo"],
            [ModuleRole.Norm] = ["attn_norm", "mlp_norm", "final_norm", "norm"],
            [ModuleRole.Head] = ["head", "classifier"],
        };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } =
        new Dictionary<string, string> { ["decoder.weight"] = "model.embeddings.tok_embeddings.weight" };

    // In files of transformers 4, the bases of the two types of layers are separate fields.
    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.Remove("global_rope_theta", out var global);
        if (json.Remove("local_rope_theta", out var local)) local ??= global;             // null: the base of the other layers
        json.Remove("rope_scaling", out var scaling);
        if (json["rope_parameters"] is not JsonObject parameters) json["rope_parameters"] = parameters = [];
        foreach (var (type, older, theta) in new[]
        {
            (AttentionTypes.Full, global, ModernBertConfig.GlobalTheta),
            (AttentionTypes.Sliding, local, ModernBertConfig.LocalTheta),
        })
        {
            if (parameters[type] is not JsonObject ofType) parameters[type] = ofType = [];
            foreach (var (name, value) in scaling as JsonObject ?? [])
                ofType[name == "type" ? "rope_type" : name] = value?.DeepClone();
            ofType["rope_theta"] ??= older?.DeepClone() ?? JsonValue.Create(theta);
        }
        return base.ReadConfig(json);
    }
}
