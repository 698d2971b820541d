using PeftSharp.Modeling;

namespace PeftSharp.Models.Gemma3;

/// <summary>Gemma 3 for causal language modeling (transformers' <c>Gemma3ForCausalLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Gemma3ForCausalLM
    : DecoderForCausalLM<Gemma3ForCausalLM, Gemma3TextConfig>, IPretrainedModel<Gemma3ForCausalLM, Gemma3TextConfig>
{
    private Gemma3ForCausalLM(Gemma3TextConfig config) : base(nameof(Gemma3ForCausalLM), config, new Gemma3TextModel(config)) { }

    static Gemma3ForCausalLM IPretrainedModel<Gemma3ForCausalLM, Gemma3TextConfig>.Create(Gemma3TextConfig config) => new(config);
}

/// <summary>
/// Gemma 3 for sequence classification; the head reads the last token of each text (transformers'
/// <c>Gemma3TextForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Gemma3TextForSequenceClassification
    : DecoderForSequenceClassification<Gemma3TextForSequenceClassification, Gemma3TextConfig>,
        IPretrainedModel<Gemma3TextForSequenceClassification, Gemma3TextConfig>
{
    private Gemma3TextForSequenceClassification(Gemma3TextConfig config)
        : base(nameof(Gemma3TextForSequenceClassification), config, new Gemma3TextModel(config)) { }

    static Gemma3TextForSequenceClassification IPretrainedModel<Gemma3TextForSequenceClassification, Gemma3TextConfig>.Create(
        Gemma3TextConfig config) =>
        new(config);
}
