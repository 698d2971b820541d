using PeftSharp.Internal;
using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>The losses of the heads, as in transformers, and the number of targets over which each loss averages.</summary>
/// <remarks>
/// The argument <c>items</c> is the number of targets in all batches of an optimizer step. If it is given, the loss is the sum over this
/// batch divided by <c>items</c>, so that the losses of these batches add up to the loss of one large batch. If it is null, the loss is the
/// mean over this batch.
/// </remarks>
internal static class Losses
{
    /// <param name="logits">Float [..., classes].</param>
    /// <param name="labels">Int64 [...]; <paramref name="ignored"/> is ignored.</param>
    /// <param name="items">Divisor of the sum. Null: the mean.</param>
    /// <param name="ignored">The label that is ignored.</param>
    internal static Tensor CrossEntropy(Tensor logits, Tensor labels, double? items, long ignored = InputCheck.Ignored)
    {
        using var scope = NewDisposeScope();
        var classes = logits.shape[^1];
        InputCheck.Labels(labels, ignored == InputCheck.Ignored ? classes : classes + 1);
        var rows = logits.reshape(-1, classes).to(ScalarType.Float32);
        var targets = labels.reshape(-1).to(ScalarType.Int64);
        CheckOneForEach(labels, logits);
        var loss = items is { } divisor
            ? functional.cross_entropy(rows, targets, ignore_index: ignored, reduction: Reduction.Sum) / divisor
            : functional.cross_entropy(rows, targets, ignore_index: ignored);
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>The cross-entropy of a linear head, computed without materializing the logits where the fused kernel can run.</summary>
    /// <param name="states">Float [..., hidden].</param>
    /// <param name="table">The head's weight, float [classes, hidden], in the compute type.</param>
    /// <param name="labels">Int64 [...]; -100 is ignored.</param>
    /// <param name="items">Divisor of the sum. Null: the mean.</param>
    internal static Tensor LinearCrossEntropy(Tensor states, Tensor table, Tensor labels, double? items)
    {
        using var scope = NewDisposeScope();
        if (!FastPaths.LinearCrossEntropy) return CrossEntropy(functional.linear(states, table), labels, items).MoveToOuterDisposeScope();
        InputCheck.Labels(labels, table.shape[0]);
        CheckOneForEach(labels, states);
        var targets = labels.reshape(-1).to(ScalarType.Int64);
        var rows = states.reshape(-1, states.shape[^1]);
        return Kernels.LinearCrossEntropy.Apply(rows, table, targets, items ?? CountClasses(targets), InputCheck.Ignored)
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The labels of a language model shifted by one, so that each position is compared with the next token and the logits need not be
    /// copied (transformers' <c>ForCausalLMLoss</c>).
    /// </summary>
    internal static Tensor NextTokens(Tensor labels)
    {
        using var scope = NewDisposeScope();
        var last = full([labels.shape[0], 1], InputCheck.Ignored, labels.dtype, labels.device);
        return cat([labels.narrow(1, 1, labels.shape[1] - 1), last], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The loss of a causal language model: each position is compared with the next label (transformers' <c>ForCausalLMLoss</c>).
    /// </summary>
    /// <param name="logits">Float [batch, tokens, vocabulary].</param>
    /// <param name="labels">Int64 [batch, tokens], not shifted; -100 is ignored.</param>
    /// <param name="items">Divisor of the sum. Null: the mean.</param>
    internal static Tensor CausalLM(Tensor logits, Tensor labels, double? items)
    {
        using var scope = NewDisposeScope();
        return CrossEntropy(logits, NextTokens(labels), items).MoveToOuterDisposeScope();
    }

    /// <summary>Number of targets over which <see cref="CausalLM"/> averages.</summary>
    internal static long CountNextTokens(Tensor labels)
    {
        using var scope = NewDisposeScope();
        return CountClasses(labels.narrow(1, 1, labels.shape[1] - 1));
    }

    /// <summary>
    /// The loss of a sequence classifier, by the type of its labels (transformers' <c>ForSequenceClassificationLoss</c>).
    /// </summary>
    internal static Tensor SequenceClassification(Tensor logits, Tensor labels, PretrainedConfig config, double? items)
    {
        using var scope = NewDisposeScope();
        var kind = ProblemTypeOf(labels, config);
        if (kind == ProblemType.SingleLabelClassification) return CrossEntropy(logits, labels, items).MoveToOuterDisposeScope();
        var targets = labels.to(logits.dtype);
        if (targets.numel() != logits.numel() && config.ProblemType is null && labels.dim() == 1)
            throw new DatasetException($"'labels' contains one floating-point value per row, but this head has {config.NumLabels} "
                + "outputs. For classification, convert the column to class ids with dataset.CastColumn(\"labels\", new Value(\"int64\")); "
                + "for regression, load the model with numLabels: 1.");
        if (kind == ProblemType.MultiLabelClassification && targets.dim() == 2 && targets.shape[0] == logits.shape[0]
            && targets.shape[1] != logits.shape[1])
            throw new DatasetException(EachRowHas(targets.shape[1], logits.shape[1]));
        if (targets.numel() != logits.numel())
            throw new DatasetException($"'labels' has shape [{string.Join(", ", labels.shape)}], but ProblemType {kind} with "
                + $"{Quantity.Of(config.NumLabels, "output")} expects one value for each element of the logits, whose shape is "
                + $"[{string.Join(", ", logits.shape)}].");
        targets = targets.reshape(logits.shape);
        var reduction = items is null ? Reduction.Mean : Reduction.Sum;
        var loss = kind == ProblemType.Regression
            ? functional.mse_loss(logits, targets, reduction)
            : functional.binary_cross_entropy_with_logits(logits, targets, reduction: reduction);
        if (items is { } divisor) loss = loss / divisor;
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The mean of the losses of the start and end positions (transformers' <c>ForQuestionAnsweringLoss</c>). Positions after the last
    /// token are ignored; negative positions are treated as 0.
    /// </summary>
    internal static Tensor QuestionAnswering(Tensor startLogits, Tensor endLogits, Tensor starts, Tensor ends, double? items)
    {
        using var scope = NewDisposeScope();
        var tokens = startLogits.shape[1];
        var loss = (CrossEntropy(startLogits, Clamp(starts), items, ignored: tokens)
            + CrossEntropy(endLogits, Clamp(ends), items, ignored: tokens)) / 2;
        return loss.MoveToOuterDisposeScope();

        Tensor Clamp(Tensor positions) => positions.reshape(-1).clamp(0, tokens);
    }

    /// <summary>Checks that every label is a class.</summary>
    /// <exception cref="DatasetException">A label is not a class.</exception>
    internal static void CheckSequenceLabels(Tensor labels, PretrainedConfig config)
    {
        if (ProblemTypeOf(labels, config) == ProblemType.SingleLabelClassification) InputCheck.Labels(labels, config.NumLabels);
    }

    /// <summary>Number of targets over which <see cref="SequenceClassification"/> averages.</summary>
    internal static long CountSequenceTargets(Tensor labels, PretrainedConfig config) =>
        ProblemTypeOf(labels, config) == ProblemType.SingleLabelClassification ? CountClasses(labels) : labels.numel();

    /// <summary>Number of labels that are not -100.</summary>
    internal static long CountClasses(Tensor labels)
    {
        using var scope = NewDisposeScope();
        return labels.ne(InputCheck.Ignored).sum().item<long>();
    }

    private static void CheckOneForEach(Tensor labels, Tensor rows)
    {
        if (labels.numel() == rows.numel() / rows.shape[^1]) return;
        if (labels.dim() == 2 && rows.dim() == 2 && labels.shape[0] == rows.shape[0] && labels.shape[1] != rows.shape[1])
            throw new DatasetException(EachRowHas(labels.shape[1], rows.shape[1]));
        throw new DatasetException($"'labels' has shape [{string.Join(", ", labels.shape)}], but this head predicts one class for each "
            + $"row or token, so class indices of shape [{string.Join(", ", rows.shape[..^1])}] are expected."
            + (labels.numel() == rows.numel() ? " For multi-label classification, use labels of booleans or floating-point values, "
            + "or load the model with ProblemType.MultiLabelClassification." : ""));
    }

    private static string EachRowHas(long labels, long outputs) =>
        $"Each row has {Quantity.Of(labels, "label")}, but the model has {outputs}: LabelNames needs one name for each.";

    /// <summary>
    /// The problem type in the configuration or, if it has none, the type that the number of labels and their data type imply.
    /// </summary>
    internal static ProblemType ProblemTypeOf(Tensor labels, PretrainedConfig config) => config switch
    {
        { ProblemType: { } configured } => configured,
        { NumLabels: 1 } => ProblemType.Regression,
        _ when labels.dtype is ScalarType.Int64 or ScalarType.Int32 => ProblemType.SingleLabelClassification,
        _ => ProblemType.MultiLabelClassification,
    };
}
