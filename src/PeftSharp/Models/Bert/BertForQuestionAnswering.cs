using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>BERT that finds the span of a text that answers (transformers' <c>BertForQuestionAnswering</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class BertForQuestionAnswering : BertPretrainedModel
{
    [ComponentName(Name = "bert")] private readonly BertModel _bert;
    [ComponentName(Name = "qa_outputs")] private readonly Module<Tensor, Tensor> _spans;

    internal BertForQuestionAnswering(BertConfig config) : base(nameof(BertForQuestionAnswering), config)
    {
        _bert = new BertModel(config, addPoolingLayer: false) { IsBody = true };
        _spans = new Linear(config.HiddenSize, 2);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no BERT.</exception>
    public static BertForQuestionAnswering FromPretrained(string folder, PretrainedOptions? options = null) =>
        Load(folder, config => new BertForQuestionAnswering(config), options);

    /// <inheritdoc/>
    public override IReadOnlyList<string> LabelNames => ["start_positions", "end_positions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _bert.InputEmbeddings;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => inputs.StartPositions is { } starts && inputs.EndPositions is not null ? starts.shape[0] : 0;

    /// <param name="inputs">As for <see cref="BertModel"/>; <c>start_positions</c> and <c>end_positions</c>: int64 [batch].</param>
    /// <returns><c>start_logits</c> and <c>end_logits</c> [batch, tokens] and, with positions, the loss.</returns>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var body = _bert.call(inputs);
        var logits = _spans.call(body.LastHiddenState!);
        var (starts, ends) = (logits.select(-1, 0).contiguous(), logits.select(-1, 1).contiguous());
        return new ModelOutput
        {
            Loss = inputs is { StartPositions: { } first, EndPositions: { } last } ? Losses.QuestionAnswering(starts, ends, first, last, inputs.NumItemsInBatch) : null,
            StartLogits = starts,
            EndLogits = ends,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }
}
