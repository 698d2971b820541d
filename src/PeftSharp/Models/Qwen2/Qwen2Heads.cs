using PeftSharp.Modeling;

namespace PeftSharp.Models.Qwen2;

/// <summary>Qwen2 for causal language modeling (transformers' <c>Qwen2ForCausalLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Qwen2ForCausalLM : DecoderForCausalLM<Qwen2ForCausalLM, Qwen2Config>, IPretrainedModel<Qwen2ForCausalLM, Qwen2Config>
{
    private Qwen2ForCausalLM(Qwen2Config config) : base(nameof(Qwen2ForCausalLM), config, new Qwen2Model(config)) { }

    static Qwen2ForCausalLM IPretrainedModel<Qwen2ForCausalLM, Qwen2Config>.Create(Qwen2Config config) => new(config);
}

/// <summary>
/// Qwen2 for sequence classification; the head reads the last token of each text (transformers' <c>Qwen2ForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Qwen2ForSequenceClassification
    : DecoderForSequenceClassification<Qwen2ForSequenceClassification, Qwen2Config>,
        IPretrainedModel<Qwen2ForSequenceClassification, Qwen2Config>
{
    private Qwen2ForSequenceClassification(Qwen2Config config)
        : base(nameof(Qwen2ForSequenceClassification), config, new Qwen2Model(config)) { }

    static Qwen2ForSequenceClassification IPretrainedModel<Qwen2ForSequenceClassification, Qwen2Config>.Create(Qwen2Config config) =>
        new(config);
}

/// <summary>Qwen2 for token classification (transformers' <c>Qwen2ForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Qwen2ForTokenClassification
    : DecoderForTokenClassification<Qwen2ForTokenClassification, Qwen2Config>, IPretrainedModel<Qwen2ForTokenClassification, Qwen2Config>
{
    private Qwen2ForTokenClassification(Qwen2Config config) : base(nameof(Qwen2ForTokenClassification), config, new Qwen2Model(config)) { }

    static Qwen2ForTokenClassification IPretrainedModel<Qwen2ForTokenClassification, Qwen2Config>.Create(Qwen2Config config) => new(config);
}
