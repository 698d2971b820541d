namespace PeftSharp.Modeling;

/// <summary>A body with a classifier of whole inputs: one class, several classes, or a number.</summary>
/// <remarks>
/// <para><c>labels</c>: int64 [batch] for one class, float [batch, classes] for several, float [batch] for a number. <c>logits</c>: [batch, classes].</para>
/// <para>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</para>
/// </remarks>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <typeparam name="TConfig">Its configuration.</typeparam>
public abstract class SequenceClassificationModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : SequenceClassificationModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <inheritdoc cref="HeadModel{TSelf, TConfig}(string, TConfig, Objective)"/>
    protected SequenceClassificationModel(string name, TConfig config) : base(name, config, SequenceClassificationObjective.Instance) { }
}
