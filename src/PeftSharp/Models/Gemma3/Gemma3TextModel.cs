using PeftSharp.Modeling;

namespace PeftSharp.Models.Gemma3;

/// <summary>The text decoder of Gemma 3 without a head (Gemma Team 2025, arXiv:2503.19786; transformers' <c>Gemma3TextModel</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class Gemma3TextModel : DecoderModel<Gemma3TextModel, Gemma3TextConfig>, IPretrainedModel<Gemma3TextModel, Gemma3TextConfig>
{
    internal Gemma3TextModel(Gemma3TextConfig config) : base(nameof(Gemma3TextModel), config) { }

    static Gemma3TextModel IPretrainedModel<Gemma3TextModel, Gemma3TextConfig>.Create(Gemma3TextConfig config) => new(config);
}
