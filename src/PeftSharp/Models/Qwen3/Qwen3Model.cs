using PeftSharp.Modeling;

namespace PeftSharp.Models.Qwen3;

/// <summary>The Qwen3 decoder without a head (Yang et al. 2025, arXiv:2505.09388; transformers' <c>Qwen3Model</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class Qwen3Model : DecoderModel<Qwen3Model, Qwen3Config>, IPretrainedModel<Qwen3Model, Qwen3Config>
{
    internal Qwen3Model(Qwen3Config config) : base(nameof(Qwen3Model), config) { }

    static Qwen3Model IPretrainedModel<Qwen3Model, Qwen3Config>.Create(Qwen3Config config) => new(config);
}
