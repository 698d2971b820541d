using PeftSharp.Modeling;

namespace PeftSharp.Models.Qwen3;

/// <summary>Qwen3 for causal language modeling (transformers' <c>Qwen3ForCausalLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Qwen3ForCausalLM : DecoderForCausalLM<Qwen3ForCausalLM, Qwen3Config>, IPretrainedModel<Qwen3ForCausalLM, Qwen3Config>
{
    private Qwen3ForCausalLM(Qwen3Config config) : base(nameof(Qwen3ForCausalLM), config, new Qwen3Model(config)) { }

    static Qwen3ForCausalLM IPretrainedModel<Qwen3ForCausalLM, Qwen3Config>.Create(Qwen3Config config) => new(config);
}

/// <summary>
/// Qwen3 for sequence classification; the head reads the last token of each text (transformers' <c>Qwen3ForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Qwen3ForSequenceClassification
    : DecoderForSequenceClassification<Qwen3ForSequenceClassification, Qwen3Config>,
        IPretrainedModel<Qwen3ForSequenceClassification, Qwen3Config>
{
    private Qwen3ForSequenceClassification(Qwen3Config config)
        : base(nameof(Qwen3ForSequenceClassification), config, new Qwen3Model(config)) { }

    static Qwen3ForSequenceClassification IPretrainedModel<Qwen3ForSequenceClassification, Qwen3Config>.Create(Qwen3Config config) =>
        new(config);
}

/// <summary>Qwen3 for token classification (transformers' <c>Qwen3ForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Qwen3ForTokenClassification
    : DecoderForTokenClassification<Qwen3ForTokenClassification, Qwen3Config>, IPretrainedModel<Qwen3ForTokenClassification, Qwen3Config>
{
    private Qwen3ForTokenClassification(Qwen3Config config) : base(nameof(Qwen3ForTokenClassification), config, new Qwen3Model(config)) { }

    static Qwen3ForTokenClassification IPretrainedModel<Qwen3ForTokenClassification, Qwen3Config>.Create(Qwen3Config config) => new(config);
}
