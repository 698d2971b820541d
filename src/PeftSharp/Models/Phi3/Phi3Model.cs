using PeftSharp.Modeling;

namespace PeftSharp.Models.Phi3;

/// <summary>The Phi-3 decoder without a head (Abdin et al. 2024, arXiv:2404.14219; transformers' <c>Phi3Model</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class Phi3Model : DecoderModel<Phi3Model, Phi3Config>, IPretrainedModel<Phi3Model, Phi3Config>
{
    internal Phi3Model(Phi3Config config) : base(nameof(Phi3Model), config) { }

    static Phi3Model IPretrainedModel<Phi3Model, Phi3Config>.Create(Phi3Config config) => new(config);
}
