using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>BERT that labels whole texts: one class, several classes, or a number (transformers' <c>BertForSequenceClassification</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class BertForSequenceClassification : BertPretrainedModel
{
    [ComponentName(Name = "bert")] private readonly BertModel _bert;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    internal BertForSequenceClassification(BertConfig config) : base(nameof(BertForSequenceClassification), config)
    {
        _bert = new BertModel(config) { IsBody = true };
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no BERT, or its head has another number of classes.</exception>
    public static BertForSequenceClassification FromPretrained(string folder, PretrainedOptions? options = null) =>
        Load(folder, config => new BertForSequenceClassification(config), options);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _bert.InputEmbeddings;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => inputs.Labels is { } labels ? Losses.CountSequenceTargets(labels, Config) : 0;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        if (inputs.Labels is { } labels) Losses.CheckSequenceLabels(labels, Config);
    }

    /// <summary>The head reads the first token alone.</summary>
    private static ModelInputs OnlyPooled(ModelInputs inputs)
    {
        var pooled = inputs.Copy();
        pooled.FirstTokenOnly = true;
        return pooled;
    }

    /// <param name="inputs">As for <see cref="BertModel"/>; <c>labels</c>: int64 [batch] for one class, float [batch, classes] for several, float [batch] for a number.</param>
    /// <returns><c>logits</c> [batch, classes] and, with labels, the loss.</returns>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var body = _bert.call(OnlyPooled(inputs));
        var logits = _classifier.call(_dropout.call(body.PoolerOutput!));
        return new ModelOutput
        {
            Loss = inputs.Labels is { } labels ? Losses.SequenceClassification(logits, labels, Config, inputs.NumItemsInBatch) : null,
            Logits = logits,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }
}
