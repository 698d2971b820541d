using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Llama;

/// <summary>The LLaMA family (Touvron et al. 2023, arXiv:2302.13971), including checkpoints with the same architecture.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class LlamaFamily : ModelFamily<LlamaConfig>
{
    /// <summary>The shared instance.</summary>
    public static LlamaFamily Instance { get; } = new();

    private LlamaFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<LlamaConfig> models)
    {
        models.Add<LlamaModel>(ModelTask.FeatureExtraction);
        models.Add<LlamaForCausalLM>(ModelTask.CausalLM);
        models.Add<LlamaForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<LlamaForTokenClassification>(ModelTask.TokenClassification);
    }

    /// <inheritdoc/>
    public override string ModelType => "llama";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "model";

    /// <inheritdoc/>
    public override string TokenizerClass => "LlamaTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => DecoderRoles;

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json)
    {
        RotaryParameters.ModernizeFields(json);
        return base.ReadConfig(json);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } =
        new Dictionary<string, string> { ["lm_head.weight"] = "model.embed_tokens.weight" };

    // Computed here; older checkpoints contain it.
    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => key.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);
}
