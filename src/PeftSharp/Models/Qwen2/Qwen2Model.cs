using PeftSharp.Modeling;

namespace PeftSharp.Models.Qwen2;

/// <summary>The Qwen2 decoder without a head (Yang et al. 2024, arXiv:2407.10671; transformers' <c>Qwen2Model</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class Qwen2Model : DecoderModel<Qwen2Model, Qwen2Config>, IPretrainedModel<Qwen2Model, Qwen2Config>
{
    internal Qwen2Model(Qwen2Config config) : base(nameof(Qwen2Model), config) { }

    static Qwen2Model IPretrainedModel<Qwen2Model, Qwen2Config>.Create(Qwen2Config config) => new(config);
}
