using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Gpt2;

/// <summary>The GPT-2 family (Radford et al. 2019, Language Models are Unsupervised Multitask Learners).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Gpt2Family : ModelFamily<Gpt2Config>
{
    /// <summary>The shared instance.</summary>
    public static Gpt2Family Instance { get; } = new();

    private static readonly (string Common, string Own)[] _ownNames =
    [
        ("hidden_size", "n_embd"), ("max_position_embeddings", "n_positions"), ("num_attention_heads", "n_head"),
        ("num_hidden_layers", "n_layer"),
    ];

    private Gpt2Family() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<Gpt2Config> models)
    {
        models.Add<Gpt2Model>(ModelTask.FeatureExtraction, "GPT2Model");
        models.Add<Gpt2LMHeadModel>(ModelTask.CausalLM, "GPT2LMHeadModel");
        models.Add<Gpt2ForSequenceClassification>(ModelTask.SequenceClassification, "GPT2ForSequenceClassification");
        models.Add<Gpt2ForTokenClassification>(ModelTask.TokenClassification, "GPT2ForTokenClassification");
        models.AddArchitectures("GPT2ForQuestionAnswering", "GPT2DoubleHeadsModel");
    }

    /// <inheritdoc/>
    public override string ModelType => "gpt2";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "transformer";

    /// <inheritdoc/>
    public override string TokenizerClass => "GPT2Tokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>
        {
            [ModuleRole.Query] = ["c_attn"],
            [ModuleRole.Key] = ["c_attn"],
            [ModuleRole.Value] = ["c_attn"],
            [ModuleRole.AttentionOutput] = ["attn.c_proj"],
            [ModuleRole.FeedForwardIn] = ["c_fc"],
            [ModuleRole.FeedForwardOut] = ["mlp.c_proj"],
            [ModuleRole.Norm] = ["ln_1", "ln_2", "ln_f"],
        };

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => base.ReadConfig(WithOwnNames(json, _ownNames));

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } =
        new Dictionary<string, string> { ["lm_head.weight"] = "transformer.wte.weight" };

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) =>
        // The causal mask, which older checkpoints contain.
        key.EndsWith(".attn.bias", StringComparison.Ordinal) || key.EndsWith(".attn.masked_bias", StringComparison.Ordinal);
}
