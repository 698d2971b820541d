using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>BERT that labels each token, as for named entities (transformers' <c>BertForTokenClassification</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class BertForTokenClassification : BertPretrainedModel
{
    [ComponentName(Name = "bert")] private readonly BertModel _bert;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    internal BertForTokenClassification(BertConfig config) : base(nameof(BertForTokenClassification), config)
    {
        _bert = new BertModel(config, addPoolingLayer: false) { IsBody = true };
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no BERT, or its head has another number of classes.</exception>
    public static BertForTokenClassification FromPretrained(string folder, PretrainedOptions? options = null) =>
        Load(folder, config => new BertForTokenClassification(config), options);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _bert.InputEmbeddings;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        if (inputs.Labels is { } labels) InputCheck.Labels(labels, Config.NumLabels);
    }

    /// <param name="inputs">As for <see cref="BertModel"/>; <c>labels</c>: int64 [batch, tokens], -100 is not counted.</param>
    /// <returns><c>logits</c> [batch, tokens, classes] and, with labels, the loss.</returns>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var body = _bert.call(inputs);
        var logits = _classifier.call(_dropout.call(body.LastHiddenState!));
        return new ModelOutput
        {
            Loss = inputs.Labels is { } labels ? Losses.CrossEntropy(logits, labels, inputs.NumItemsInBatch) : null,
            Logits = logits,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }
}
