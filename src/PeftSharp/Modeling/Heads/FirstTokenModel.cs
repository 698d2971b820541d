using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Dropout = PeftSharp.Modeling.Layers.Dropout;      // not TorchSharp's layers of the same names
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Modeling;

/// <summary>An encoder whose head reads the first token: a pooling layer, dropout and a linear layer that computes the scores.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class FirstTokenModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : FirstTokenModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    private readonly PretrainedModel _body;
    private readonly Module<Tensor, Tensor> _pooler, _classifier, _dropout;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>DebertaV2ForMultipleChoice</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="objective">The training objective.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <param name="poolerName">The name of the pooling layer in a checkpoint.</param>
    /// <param name="pooler">The pooling layer, which the model owns. It maps float [batch, hidden] to the same shape.</param>
    /// <param name="classifier">The linear layer that computes the scores. The model owns the layer and names it <c>classifier</c>.</param>
    /// <param name="dropout">Dropout before the linear layer, in training.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected FirstTokenModel(
        string name, TConfig config, Objective objective, PretrainedModel body, string poolerName, Module<Tensor, Tensor> pooler,
        Linear classifier, double dropout)
        : base(name, config, objective)
    {
        (_body, _pooler, _classifier, _dropout) = (body, pooler, classifier, new Dropout(dropout));
        RegisterComponents();
        ModuleTree.RenameChildren(this, [Family.BaseModelPrefix, poolerName, "classifier", "dropout"]);
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _body;

    /// <inheritdoc/>
    protected sealed override bool ReadsFirstTokenOnly => true;

    /// <summary>
    /// Applies an activation function to the pooled state. Default: returns <paramref name="pooled"/>, because the pooling layer already
    /// contains an activation function.
    /// </summary>
    /// <param name="pooled">Float [batch, hidden].</param>
    /// <returns>Float [batch, hidden].</returns>
    protected virtual Tensor Activate(Tensor pooled) => pooled;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(Activate(_pooler.call(body.LastHiddenState!.select(1, 0)))));
}
