using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>BERT that picks one of several continuations (transformers' <c>BertForMultipleChoice</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class BertForMultipleChoice : BertPretrainedModel
{
    [ComponentName(Name = "bert")] private readonly BertModel _bert;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    internal BertForMultipleChoice(BertConfig config) : base(nameof(BertForMultipleChoice), config)
    {
        _bert = new BertModel(config) { IsBody = true };
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, 1);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no BERT.</exception>
    public static BertForMultipleChoice FromPretrained(string folder, PretrainedOptions? options = null) =>
        Load(folder, config => new BertForMultipleChoice(config), options);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _bert.InputEmbeddings;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        if (inputs is { Labels: { } labels, InputIds: { } ids }) InputCheck.Labels(labels, ids.shape[1]);
    }

    /// <param name="inputs">As for <see cref="BertModel"/>, but [batch, choices, tokens]; <c>labels</c>: int64 [batch], the right choice.</param>
    /// <returns><c>logits</c> [batch, choices] and, with labels, the loss.</returns>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var choices = (inputs.InputIds ?? inputs.InputsEmbeds)?.shape[1] ?? throw new ArgumentException("Give input_ids or inputs_embeds, one of the two.");
        var body = _bert.call(OneRowPerChoice(inputs));
        var logits = _classifier.call(_dropout.call(body.PoolerOutput!)).reshape(-1, choices);
        return new ModelOutput
        {
            Loss = inputs.Labels is { } labels ? Losses.CrossEntropy(logits, labels, inputs.NumItemsInBatch) : null,
            Logits = logits,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }

    private static ModelInputs OneRowPerChoice(ModelInputs inputs)
    {
        var rows = inputs.Copy();
        rows.FirstTokenOnly = true;                          // the head reads the first token alone
        foreach (var (name, tensor) in inputs.Tensors)
            if (name != "labels") rows[name] = tensor.flatten(0, 1);
        return rows;
    }
}
