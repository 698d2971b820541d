namespace PeftSharp.Modeling;

/// <summary>A causal (autoregressive) language model: a decoder that predicts the next token and can generate text.</summary>
/// <remarks>
/// <para><c>labels</c> are the token ids, not shifted; the objective shifts them.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class CausalLMModel<TSelf, TConfig> : LanguageModel<TSelf, TConfig>
    where TSelf : CausalLMModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : TextConfig, new()
{
    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>LlamaForCausalLM</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="objective">The training objective. Null: <see cref="CausalLMObjective.Instance"/>.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected CausalLMModel(string name, TConfig config, CausalLMObjective? objective = null)
        : base(name, config, objective ?? CausalLMObjective.Instance) { }

    /// <inheritdoc/>
    public override bool CanGenerate => true;
}
