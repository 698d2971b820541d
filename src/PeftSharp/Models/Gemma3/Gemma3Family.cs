using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Gemma3;

/// <summary>The text models of the Gemma 3 family (Gemma Team 2025, arXiv:2503.19786), without the vision encoder.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Gemma3Family : DecoderFamily<Gemma3TextConfig>
{
    /// <summary>The shared instance.</summary>
    public static Gemma3Family Instance { get; } = new();

    private Gemma3Family() { }

    /// <inheritdoc/>
    public override string ModelType => "gemma3_text";

    /// <inheritdoc/>
    public override string TokenizerClass => "GemmaTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>(DecoderRoles)
        {
            [ModuleRole.Norm] =
            [
                "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm", "norm",
            ],
        };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> DefaultTargets { get; } =
        new Dictionary<string, IReadOnlyList<string>> { ["IA3"] = ["q_proj", "v_proj", "down_proj"] };

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json)
    {
        RotaryParameters.ConvertLegacyFields(json);
        var local = json.Remove("rope_local_base_freq", out var older) ? older?.DeepClone() : null;
        // A single object, as in older files, applies to the layers without a window.
        var parameters = json["rope_parameters"] as JsonObject ?? [];
        var isNested = parameters.ContainsKey(RotaryParameters.FullAttention) || parameters.ContainsKey(RotaryParameters.Sliding);
        var full = (isNested ? parameters[RotaryParameters.FullAttention] : parameters)?.DeepClone() as JsonObject ?? [];
        var sliding = (isNested ? parameters[RotaryParameters.Sliding] : null)?.DeepClone() as JsonObject ?? [];
        full["rope_theta"] ??= Gemma3TextConfig.GlobalTheta;
        sliding["rope_theta"] ??= local ?? Gemma3TextConfig.LocalTheta;
        json["rope_parameters"] = new JsonObject { [RotaryParameters.FullAttention] = full, [RotaryParameters.Sliding] = sliding };
        return base.ReadConfig(json);
    }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<Gemma3TextConfig> models)
    {
        models.Add<Gemma3TextModel>(ModelTask.FeatureExtraction);
        models.Add<Gemma3ForCausalLM>(ModelTask.CausalLM);
        models.Add<Gemma3TextForSequenceClassification>(ModelTask.SequenceClassification);
    }
}
