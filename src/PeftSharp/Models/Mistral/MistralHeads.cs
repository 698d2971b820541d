using PeftSharp.Modeling;

namespace PeftSharp.Models.Mistral;

/// <summary>Mistral for causal language modeling (transformers' <c>MistralForCausalLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class MistralForCausalLM
    : DecoderForCausalLM<MistralForCausalLM, MistralConfig>, IPretrainedModel<MistralForCausalLM, MistralConfig>
{
    private MistralForCausalLM(MistralConfig config) : base(nameof(MistralForCausalLM), config, new MistralModel(config)) { }

    static MistralForCausalLM IPretrainedModel<MistralForCausalLM, MistralConfig>.Create(MistralConfig config) => new(config);
}

/// <summary>
/// Mistral for sequence classification; the head reads the last token of each text (transformers' <c>MistralForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class MistralForSequenceClassification
    : DecoderForSequenceClassification<MistralForSequenceClassification, MistralConfig>,
        IPretrainedModel<MistralForSequenceClassification, MistralConfig>
{
    private MistralForSequenceClassification(MistralConfig config)
        : base(nameof(MistralForSequenceClassification), config, new MistralModel(config)) { }

    static MistralForSequenceClassification IPretrainedModel<MistralForSequenceClassification, MistralConfig>.Create(
        MistralConfig config) =>
        new(config);
}

/// <summary>Mistral for token classification (transformers' <c>MistralForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class MistralForTokenClassification
    : DecoderForTokenClassification<MistralForTokenClassification, MistralConfig>,
        IPretrainedModel<MistralForTokenClassification, MistralConfig>
{
    private MistralForTokenClassification(MistralConfig config)
        : base(nameof(MistralForTokenClassification), config, new MistralModel(config)) { }

    static MistralForTokenClassification IPretrainedModel<MistralForTokenClassification, MistralConfig>.Create(MistralConfig config) =>
        new(config);
}
