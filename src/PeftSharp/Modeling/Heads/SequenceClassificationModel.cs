namespace PeftSharp.Modeling;

/// <summary>A body with a head that classifies whole inputs: single-label, multi-label or regression.</summary>
/// <remarks>
/// <para>
/// <c>labels</c>: int64 [batch] for single-label, float [batch, classes] for multi-label, float [batch] (or [batch, outputs]) for
/// regression. <c>logits</c>: [batch, classes].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class SequenceClassificationModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : SequenceClassificationModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <inheritdoc cref="HeadModel{TSelf, TConfig}(string, TConfig, Objective)"/>
    protected SequenceClassificationModel(string name, TConfig config) : base(name, config, SequenceClassificationObjective.Instance) { }
}
