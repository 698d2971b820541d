namespace PeftSharp.Modeling;

/// <summary>A body with a head that selects one of several choices. The body processes each choice as a row.</summary>
/// <remarks>
/// <para>
/// Inputs have shape [batch, choices, tokens]. <c>labels</c>: int64 [batch], the index of the correct choice. <c>logits</c>: [batch,
/// choices].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class MultipleChoiceModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : MultipleChoiceModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <inheritdoc cref="HeadModel{TSelf, TConfig}(string, TConfig, Objective)"/>
    protected MultipleChoiceModel(string name, TConfig config) : base(name, config, MultipleChoiceObjective.Instance) { }
}
