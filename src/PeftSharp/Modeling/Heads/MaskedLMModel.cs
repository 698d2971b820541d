namespace PeftSharp.Modeling;

/// <summary>A masked language model: an encoder that predicts masked tokens.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class MaskedLMModel<TSelf, TConfig> : LanguageModel<TSelf, TConfig>
    where TSelf : MaskedLMModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : TextConfig, new()
{
    /// <inheritdoc cref="HeadModel{TSelf, TConfig}(string, TConfig, Objective)"/>
    protected MaskedLMModel(string name, TConfig config) : base(name, config, MaskedLMObjective.Instance) { }
}
