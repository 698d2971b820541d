using PeftSharp.Modeling;

namespace PeftSharp.Models.Gpt2;

/// <summary>GPT-2 (Radford et al. 2019, Language Models are Unsupervised Multitask Learners) as transformers names it.</summary>
public sealed class Gpt2Family : ModelFamily<Gpt2Config>
{
    /// <summary>The only instance.</summary>
    public static Gpt2Family Instance { get; } = new();

    private Gpt2Family()
    {
        Add<Gpt2Model>(ModelTask.FeatureExtraction);
        Add<Gpt2LMHeadModel>(ModelTask.CausalLM);
        Add<Gpt2ForSequenceClassification>(ModelTask.SequenceClassification);
        Add<Gpt2ForTokenClassification>(ModelTask.TokenClassification);
    }

    /// <inheritdoc/>
    public override string ModelType => "gpt2";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "transformer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } = new Dictionary<ModuleRole, IReadOnlyList<string>>
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
    public override bool IsObsoleteKey(string key) =>
        key.EndsWith(".attn.bias", StringComparison.Ordinal) || key.EndsWith(".attn.masked_bias", StringComparison.Ordinal)   // the causal mask, once stored
        || key is "lm_head.weight";                                                                                          // the embeddings again, where the head is tied
}
