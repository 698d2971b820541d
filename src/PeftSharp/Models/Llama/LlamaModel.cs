using PeftSharp.Modeling;

namespace PeftSharp.Models.Llama;

/// <summary>The LLaMA decoder without a head (Touvron et al. 2023, arXiv:2302.13971; transformers' <c>LlamaModel</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class LlamaModel : DecoderModel<LlamaModel, LlamaConfig>, IPretrainedModel<LlamaModel, LlamaConfig>
{
    internal LlamaModel(LlamaConfig config) : base(nameof(LlamaModel), config) { }

    static LlamaModel IPretrainedModel<LlamaModel, LlamaConfig>.Create(LlamaConfig config) => new(config);
}
