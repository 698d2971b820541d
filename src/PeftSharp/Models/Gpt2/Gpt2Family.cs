using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Gpt2;

/// <summary>GPT-2 (Radford et al. 2019, Language Models are Unsupervised Multitask Learners) as transformers names it.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Gpt2Family : ModelFamily
{
    /// <summary>The one instance.</summary>
    public static Gpt2Family Instance { get; } = new();

    private static readonly (string Common, string Own)[] _ownNames =
        [("hidden_size", "n_embd"), ("max_position_embeddings", "n_positions"), ("num_attention_heads", "n_head"), ("num_hidden_layers", "n_layer")];

    private Gpt2Family() { }

    /// <inheritdoc/>
    public override string ModelType => "gpt2";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "transformer";

    /// <inheritdoc/>
    public override string TokenizerClass => "GPT2Tokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders => new Dictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>>
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
    public override PretrainedConfig ReadConfig(JsonObject json) => PretrainedConfig.FromJson<Gpt2Config>(WithOwnNames(json));

    /// <summary>Fields by the names that most families have for them are accepted too, and decide where both are given, as in transformers.</summary>
    private static JsonObject WithOwnNames(JsonObject json)
    {
        foreach (var (common, own) in _ownNames)
        {
            if (!json.Remove(common, out var value)) continue;
            json[own] = value;
        }
        return json;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures { get; } =
        ["GPT2Model", "GPT2LMHeadModel", "GPT2ForSequenceClassification", "GPT2ForTokenClassification", "GPT2ForQuestionAnswering", "GPT2DoubleHeadsModel"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } = new Dictionary<string, string> { ["lm_head.weight"] = "transformer.wte.weight" };

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) =>
        key.EndsWith(".attn.bias", StringComparison.Ordinal) || key.EndsWith(".attn.masked_bias", StringComparison.Ordinal);      // the causal mask, which was stored once
}
