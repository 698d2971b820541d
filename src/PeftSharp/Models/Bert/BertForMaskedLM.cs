using PeftSharp.Modeling;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>BERT that names hidden tokens (transformers' <c>BertForMaskedLM</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class BertForMaskedLM : BertPretrainedModel
{
    [ComponentName(Name = "bert")] private readonly BertModel _bert;
    [ComponentName(Name = "cls")] private readonly BertMaskedLMHead _head;

    internal BertForMaskedLM(BertConfig config) : base(nameof(BertForMaskedLM), config)
    {
        _bert = new BertModel(config, addPoolingLayer: false) { IsBody = true };
        _head = new BertMaskedLMHead(config, () => _bert.WordTable);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no BERT.</exception>
    public static BertForMaskedLM FromPretrained(string folder, PretrainedOptions? options = null) => Load(folder, config => new BertForMaskedLM(config), options);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _bert.InputEmbeddings;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> OutputEmbeddings => _head.Decoder;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        if (inputs.Labels is { } labels) InputCheck.Labels(labels, Config.VocabSize);
    }

    /// <param name="inputs">As for <see cref="BertModel"/>; <c>labels</c>: int64 [batch, tokens], -100 is not counted.</param>
    /// <returns><c>logits</c> [batch, tokens, vocabulary] and, with labels, the loss.</returns>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var body = _bert.call(inputs);
        var logits = _head.call(body.LastHiddenState!);
        return new ModelOutput
        {
            Loss = inputs.Labels is { } labels ? Losses.CrossEntropy(logits, labels, inputs.NumItemsInBatch) : null,
            Logits = logits,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }
}
