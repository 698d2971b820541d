using PeftSharp.Modeling;

namespace PeftSharp.Models.Phi3;

/// <summary>Phi-3 for causal language modeling (transformers' <c>Phi3ForCausalLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Phi3ForCausalLM : DecoderForCausalLM<Phi3ForCausalLM, Phi3Config>, IPretrainedModel<Phi3ForCausalLM, Phi3Config>
{
    private Phi3ForCausalLM(Phi3Config config) : base(nameof(Phi3ForCausalLM), config, new Phi3Model(config)) { }

    static Phi3ForCausalLM IPretrainedModel<Phi3ForCausalLM, Phi3Config>.Create(Phi3Config config) => new(config);
}

/// <summary>
/// Phi-3 for sequence classification; the head reads the last token of each text (transformers' <c>Phi3ForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Phi3ForSequenceClassification
    : DecoderForSequenceClassification<Phi3ForSequenceClassification, Phi3Config>,
        IPretrainedModel<Phi3ForSequenceClassification, Phi3Config>
{
    private Phi3ForSequenceClassification(Phi3Config config)
        : base(nameof(Phi3ForSequenceClassification), config, new Phi3Model(config)) { }

    static Phi3ForSequenceClassification IPretrainedModel<Phi3ForSequenceClassification, Phi3Config>.Create(Phi3Config config) =>
        new(config);
}

/// <summary>Phi-3 for token classification (transformers' <c>Phi3ForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Phi3ForTokenClassification
    : DecoderForTokenClassification<Phi3ForTokenClassification, Phi3Config>, IPretrainedModel<Phi3ForTokenClassification, Phi3Config>
{
    private Phi3ForTokenClassification(Phi3Config config) : base(nameof(Phi3ForTokenClassification), config, new Phi3Model(config)) { }

    static Phi3ForTokenClassification IPretrainedModel<Phi3ForTokenClassification, Phi3Config>.Create(Phi3Config config) => new(config);
}
