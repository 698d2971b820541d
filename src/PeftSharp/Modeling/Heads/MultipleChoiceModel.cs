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

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var choices = (inputs.InputIds ?? inputs.InputsEmbeds)!.shape[1];
        var rows = OneRowPerChoice(inputs);
        var body = Body.call(rows, options with { FirstTokenOnly = ReadsFirstTokenOnly });
        var logits = Score(body, rows).reshape(-1, choices);
        return WithLoss(
            new ModelOutput { Logits = logits, HiddenStates = body.HiddenStates, Attentions = body.Attentions }, inputs, options);
    }

    private ModelInputs OneRowPerChoice(ModelInputs inputs)
    {
        var rows = inputs.ShallowCopy();
        foreach (var (name, tensor) in inputs.Tensors)
            rows[name] = LabelNames.Contains(name) ? null : tensor.flatten(0, 1);
        return rows;
    }
}
