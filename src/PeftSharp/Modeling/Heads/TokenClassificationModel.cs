namespace PeftSharp.Modeling;

/// <summary>A body with a classifier of each token, as for named entities.</summary>
/// <remarks>
/// <para><c>labels</c>: int64 [batch, tokens], -100 is not counted. <c>logits</c>: [batch, tokens, classes].</para>
/// <para>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</para>
/// </remarks>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <typeparam name="TConfig">Its configuration.</typeparam>
public abstract class TokenClassificationModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : TokenClassificationModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <inheritdoc cref="HeadModel{TSelf, TConfig}(string, TConfig, Objective)"/>
    protected TokenClassificationModel(string name, TConfig config) : base(name, config, TokenClassificationObjective.Instance) { }
}
