using PeftSharp.Modeling;

namespace PeftSharp.Models.Llama;

/// <summary>LLaMA for causal language modeling (transformers' <c>LlamaForCausalLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class LlamaForCausalLM : DecoderForCausalLM<LlamaForCausalLM, LlamaConfig>, IPretrainedModel<LlamaForCausalLM, LlamaConfig>
{
    private LlamaForCausalLM(LlamaConfig config) : base(nameof(LlamaForCausalLM), config, new LlamaModel(config)) { }

    static LlamaForCausalLM IPretrainedModel<LlamaForCausalLM, LlamaConfig>.Create(LlamaConfig config) => new(config);
}

/// <summary>
/// LLaMA for sequence classification; the head reads the last token of each text (transformers' <c>LlamaForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class LlamaForSequenceClassification
    : DecoderForSequenceClassification<LlamaForSequenceClassification, LlamaConfig>,
        IPretrainedModel<LlamaForSequenceClassification, LlamaConfig>
{
    private LlamaForSequenceClassification(LlamaConfig config)
        : base(nameof(LlamaForSequenceClassification), config, new LlamaModel(config)) { }

    static LlamaForSequenceClassification IPretrainedModel<LlamaForSequenceClassification, LlamaConfig>.Create(LlamaConfig config) =>
        new(config);
}

/// <summary>LLaMA for token classification (transformers' <c>LlamaForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class LlamaForTokenClassification
    : DecoderForTokenClassification<LlamaForTokenClassification, LlamaConfig>, IPretrainedModel<LlamaForTokenClassification, LlamaConfig>
{
    private LlamaForTokenClassification(LlamaConfig config) : base(nameof(LlamaForTokenClassification), config, new LlamaModel(config)) { }

    static LlamaForTokenClassification IPretrainedModel<LlamaForTokenClassification, LlamaConfig>.Create(LlamaConfig config) => new(config);
}
