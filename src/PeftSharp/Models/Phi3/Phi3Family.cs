using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Phi3;

/// <summary>The Phi-3 family (Abdin et al. 2024, arXiv:2404.14219), which includes Phi-3.5-mini, Phi-4 and Phi-4-mini.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Phi3Family : DecoderFamily<Phi3Config>
{
    /// <summary>The shared instance.</summary>
    public static Phi3Family Instance { get; } = new();

    private Phi3Family() { }

    /// <inheritdoc/>
    public override string ModelType => "phi3";

    /// <inheritdoc/>
    public override string TokenizerClass => TokenizersBackend;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>(DecoderRoles)
        {
            [ModuleRole.Query] = ["qkv_proj"],
            [ModuleRole.Key] = ["qkv_proj"],
            [ModuleRole.Value] = ["qkv_proj"],
            [ModuleRole.FeedForwardIn] = ["gate_up_proj"],
        };

    // Older files call LongRoPE "su" or "yarn".
    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json)
    {
        var config = (Phi3Config)base.ReadConfig(json);
        return config.RopeParameters.RopeType is "su" or "yarn"
            ? config with { RopeParameters = config.RopeParameters with { RopeType = "longrope" } } : config;
    }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<Phi3Config> models)
    {
        models.Add<Phi3Model>(ModelTask.FeatureExtraction);
        models.Add<Phi3ForCausalLM>(ModelTask.CausalLM);
        models.Add<Phi3ForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<Phi3ForTokenClassification>(ModelTask.TokenClassification);
    }
}
