using PeftSharp.Modeling;

namespace PeftSharp.Models.Mistral;

/// <summary>The Mistral decoder without a head (Jiang et al. 2023, arXiv:2310.06825; transformers' <c>MistralModel</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class MistralModel : DecoderModel<MistralModel, MistralConfig>, IPretrainedModel<MistralModel, MistralConfig>
{
    internal MistralModel(MistralConfig config) : base(nameof(MistralModel), config) { }

    static MistralModel IPretrainedModel<MistralModel, MistralConfig>.Create(MistralConfig config) => new(config);
}
