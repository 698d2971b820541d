namespace PeftSharp.Modeling;

/// <summary>A causal (autoregressive) language model: a decoder that predicts the next token and can generate text.</summary>
/// <remarks>
/// <para><c>labels</c> are the ids themselves; they are shifted by the objective.</para>
/// <para>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</para>
/// </remarks>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <typeparam name="TConfig">Its configuration.</typeparam>
public abstract class CausalLMModel<TSelf, TConfig> : LanguageModel<TSelf, TConfig>
    where TSelf : CausalLMModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : TextConfig, new()
{
    /// <param name="name">Name of the class as transformers writes it, such as <c>LlamaForCausalLM</c>.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="objective">Null: <see cref="CausalLMObjective.Instance"/>.</param>
    protected CausalLMModel(string name, TConfig config, CausalLMObjective? objective = null) : base(name, config, objective ?? CausalLMObjective.Instance) { }

    /// <inheritdoc/>
    public override bool CanGenerate => true;
}
