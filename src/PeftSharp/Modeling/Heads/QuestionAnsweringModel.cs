namespace PeftSharp.Modeling;

/// <summary>A body with a head that finds the span of a text that answers a question (extractive question answering).</summary>
/// <remarks>
/// <para><c>start_positions</c>, <c>end_positions</c>: int64 [batch]. <c>start_logits</c>, <c>end_logits</c>: [batch, tokens].</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class QuestionAnsweringModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : QuestionAnsweringModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <inheritdoc cref="HeadModel{TSelf, TConfig}(string, TConfig, Objective)"/>
    protected QuestionAnsweringModel(string name, TConfig config) : base(name, config, QuestionAnsweringObjective.Instance) { }
}
