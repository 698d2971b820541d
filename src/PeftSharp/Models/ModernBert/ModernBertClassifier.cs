using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.ModernBert;

/// <summary>ModernBERT with the layers that all its classifiers have: <c>head</c>, dropout and a linear layer.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
public abstract class ModernBertClassifier<TSelf> : HeadModel<TSelf, ModernBertConfig>, IChildInitializer
    where TSelf : ModernBertClassifier<TSelf>, IPretrainedModel<TSelf, ModernBertConfig>
{
    [ComponentName(Name = "model")] private readonly ModernBertModel _model;
    [ComponentName(Name = "head")] private readonly Module<Tensor, Tensor> _head;
    [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;
    private readonly ModernBertInitialization _initial;

    /// <param name="name">The name of the class in transformers.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="objective">The training objective.</param>
    /// <param name="outputs">Number of scores.</param>
    private protected ModernBertClassifier(string name, ModernBertConfig config, Objective objective, int outputs)
        : base(name, config, objective)
    {
        _model = new ModernBertModel(config);
        _head = new ModernBertHead(config);
        _dropout = new Dropout(config.ClassifierDropout);
        _classifier = new Linear(config.HiddenSize, outputs);
        _initial = new ModernBertInitialization(config);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _model;

    /// <summary>The hidden states that the head reads. Default: the hidden states of all tokens.</summary>
    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <param name="mask">Int64 [batch, tokens] or null.</param>
    private protected virtual Tensor Read(Tensor states, Tensor? mask) => states;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(_head.call(Read(body.LastHiddenState!, inputs.AttentionMask))));

    void IChildInitializer.InitializeChild(Module child, string name)
    {
        if (name == "classifier.weight") _initial.Fill(child, _initial.Classifier);
    }
}
