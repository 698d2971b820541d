namespace PeftSharp.Modeling;

/// <summary>A body with a head that classifies each token, as in named entity recognition.</summary>
/// <remarks>
/// <para><c>labels</c>: int64 [batch, tokens], -100 is ignored. <c>logits</c>: [batch, tokens, classes].</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class TokenClassificationModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : TokenClassificationModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <inheritdoc cref="HeadModel{TSelf, TConfig}(string, TConfig, Objective)"/>
    protected TokenClassificationModel(string name, TConfig config) : base(name, config, TokenClassificationObjective.Instance) { }
}
