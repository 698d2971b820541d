using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Gpt2;

/// <summary>GPT-2 (Radford et al. 2019, Language Models are Unsupervised Multitask Learners) as transformers names it.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Gpt2Family : ModelFamily
{
    /// <summary>The one instance.</summary>
    public static Gpt2Family Instance { get; } = new();

    private Gpt2Family() { }

    /// <inheritdoc/>
    public override string ModelType => "gpt2";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "transformer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders { get; } = new Dictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>>
    {
        [ModelTask.FeatureExtraction] = config => new Gpt2Model((Gpt2Config)config),
        [ModelTask.CausalLM] = config => new Gpt2LMHeadModel((Gpt2Config)config),
        [ModelTask.SequenceClassification] = config => new Gpt2ForSequenceClassification((Gpt2Config)config),
        [ModelTask.TokenClassification] = config => new Gpt2ForTokenClassification((Gpt2Config)config),
    };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> DefaultTargetModules { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["LORA"] = ["c_attn"],
        ["ADALORA"] = ["c_attn"],
        ["IA3"] = ["c_attn", "mlp.c_proj"],
    };

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => ConfigFiles.Read<Gpt2Config>(json);

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) =>
        key.EndsWith(".attn.bias", StringComparison.Ordinal) || key.EndsWith(".attn.masked_bias", StringComparison.Ordinal)   // the causal mask, once stored
        || key is "lm_head.weight";                                                                                          // the embeddings again, where the head is tied
}
