using PeftSharp.Internal;
using PeftSharp.Metrics;

namespace PeftSharp.Training;

public sealed partial class EvalPrediction
{
    /// <summary>
    /// Returns precision, recall and F1 of a sequence classifier, per class and averaged; <c>ToString</c> returns the table of
    /// scikit-learn's <c>classification_report</c>.
    /// </summary>
    /// <remarks>The predicted class is the one with the largest logit.</remarks>
    /// <param name="names">
    /// The name of each class of the model by class id, such as <c>ClassLabel.Names</c>; the report then has all classes. Null: the report
    /// has the classes that occur in the labels or the predictions, as in scikit-learn, with their names in <see cref="LabelNames"/> or, if
    /// there are no names, with their ids.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// There are no labels, the labels are not integers, the predictions do not have the shape [examples, classes], or the number of labels
    /// does not equal the number of examples.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// There are no examples, or the number of names does not equal the number of classes.
    /// </exception>
    public ClassificationReport GetClassificationReport(IReadOnlyList<string>? names = null)
    {
        RequireLabels(nameof(GetClassificationReport));
        RequireShape(
            nameof(GetClassificationReport), "[examples, classes]",
            Predictions.Shape.Count == 2 && LabelIds.Values.Length == Predictions.Count);
        var predicted = Predictions.ArgMax();
        if (names is not null)
            return ClassificationMetrics.ClassificationReport(
                LabelIds.Values, predicted, names, classes: Enumerable.Range(0, Predictions.RowLength).ToArray());
        long[] occurring = [.. LabelIds.Values.Concat(predicted.Select(id => (long)id)).Distinct().Order()];
        var known = LabelNames is { } own && own.Count == Predictions.RowLength && occurring.All(id => id >= 0 && id < own.Count)
            ? occurring.Select(id => own[(int)id]).ToArray()
            : null;
        return ClassificationMetrics.ClassificationReport(LabelIds.Values, predicted, known);
    }

    /// <summary>
    /// Returns precision, recall and F1 of a multi-label classifier, per label and averaged; <c>ToString</c> returns the table of
    /// scikit-learn's <c>classification_report</c>.
    /// </summary>
    /// <remarks>A label is predicted if the sigmoid of its logit is at least the threshold.</remarks>
    /// <param name="names">
    /// The name of each label. Null: the names in <see cref="LabelNames"/> or, if there are no names, the label ids, from 0.
    /// </param>
    /// <param name="threshold">The minimum probability of a predicted label, 0 to 1. Default 0.5.</param>
    /// <exception cref="InvalidOperationException">
    /// There are no labels, the predictions do not have the shape [examples, labels], or the number of labels does not equal the number of
    /// logits.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// There are no examples, the number of names does not equal the number of labels, a label is neither 0 nor 1, or a logit is NaN.
    /// </exception>
    public MultiLabelReport GetMultiLabelReport(IReadOnlyList<string>? names = null, double threshold = 0.5)
    {
        RequireLabels(nameof(GetMultiLabelReport));
        RequireShape(nameof(GetMultiLabelReport), "[examples, labels]",
            Predictions.Shape.Count == 2 && LabelValues.Values.Length == Predictions.Values.Length);
        names ??= LabelNames is { } own && own.Count == Predictions.RowLength ? own : null;
        return MultiLabelMetrics.Report(LabelValues.Values, Predictions.Sigmoid().Values, Predictions.RowLength, names, threshold);
    }

    /// <summary>Returns the errors and the coefficient of determination of a model that predicts a value per example.</summary>
    /// <exception cref="InvalidOperationException">
    /// There are no labels, or the number of labels does not equal the number of predicted values.
    /// </exception>
    /// <exception cref="ArgumentException">There are no examples, or a label or predicted value is NaN or infinite.</exception>
    public RegressionReport GetRegressionReport()
    {
        RequireLabels(nameof(GetRegressionReport));
        RequireShape(nameof(GetRegressionReport), "[examples] or [examples, 1]", LabelValues.Values.Length == Predictions.Values.Length);
        return RegressionMetrics.Report(LabelValues.Values, Predictions.Values);
    }

    /// <summary>
    /// Returns precision, recall and F1 of a token classifier, per entity type and averaged; <c>ToString</c> returns the table of seqeval's
    /// <c>classification_report</c>.
    /// </summary>
    /// <remarks>The predicted tag of a token is the one with the largest logit. Tokens with the label -100 are ignored.</remarks>
    /// <param name="tags">
    /// The tags by label id: <c>O</c>, <c>B-PER</c>, <c>I-PER</c> and so on. Null: <see cref="LabelNames"/>.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// There are no labels, the labels are not integers, the predictions do not have the shape [examples, tokens, tags], the number of
    /// labels does not equal the number of tokens, or neither the call nor the model names the tags.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// There are no examples, the number of tags does not equal the number of labels of the model, a label has no tag, or a tag is not of
    /// the form <c>O</c>, <c>B-TYPE</c>, <c>I-TYPE</c>, <c>E-TYPE</c> or <c>S-TYPE</c>.
    /// </exception>
    public EntityReport GetEntityReport(IReadOnlyList<string>? tags = null)
    {
        RequireLabels(nameof(GetEntityReport));
        RequireShape(nameof(GetEntityReport), "[examples, tokens, tags]",
            Predictions.Shape.Count == 3 && LabelIds.Values.Length == Predictions.Shape[0] * Predictions.Shape[1]);
        tags ??= LabelNames ?? throw new InvalidOperationException("The model does not name its labels, so their tags are not known. Pass "
            + "the tags (dataset.GetClassNames), or load the model with labelNames.");
        if (tags.Count != Predictions.Shape[2])
            throw new ArgumentException(
                $"tags contains {Quantity.Of(tags.Count, "tag")} ({string.Join(", ", tags)}), but the model has "
                + $"{Quantity.Of(Predictions.Shape[2], "label")}. Provide one tag per label.", nameof(tags));
        var (best, tokens) = (Predictions.ArgMax(), Predictions.Shape[1]);
        var (labels, predictions) = (new List<List<string>>(), new List<List<string>>());
        for (var example = 0; example < Predictions.Count; example++)
        {
            (List<string> actual, List<string> predicted) = ([], []);
            for (var position = example * tokens; position < (example + 1) * tokens; position++)
            {
                if (LabelIds.Values[position] is var label && label == -100) continue;
                if (label < 0 || label >= tags.Count)
                    throw new ArgumentException($"Token {position - example * tokens} of example {example} has the label {label}. "
                        + $"Labels must be 0 to {tags.Count - 1}, or -100 for tokens that are ignored.", nameof(tags));
                actual.Add(tags[(int)label]);
                predicted.Add(tags[best[position]]);
            }
            labels.Add(actual);
            predictions.Add(predicted);
        }
        return EntityMetrics.Report(labels, predictions);
    }

    private void RequireLabels(string method)
    {
        if (!HasLabels) throw new InvalidOperationException(NoLabels(method));
    }

    private void RequireShape(string method, string shape, bool isValid)
    {
        if (!isValid)
            throw new InvalidOperationException($"{method} requires predictions of shape {shape} with matching labels, but the predictions "
                + $"have shape [{string.Join(", ", Predictions.Shape)}] and the labels [{string.Join(", ", LabelValues.Shape)}].");
    }
}
