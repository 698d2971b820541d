using PeftSharp.Metrics;

namespace PeftSharp.Training;

public sealed partial class EvalPrediction
{
    /// <summary>The scores of a classifier of whole texts, of each class and on average; <c>ToString</c> gives scikit-learn's table.</summary>
    /// <remarks>The predicted class is the one with the largest score.</remarks>
    /// <param name="names">A name for each class of the model, in the order of their numbers, such as <c>ClassLabel.Names</c>; null: the class numbers.</param>
    /// <exception cref="InvalidOperationException">There are no labels, or they are not classes.</exception>
    /// <exception cref="ArgumentException">The number of names is not the number of classes.</exception>
    public ClassificationReport GetClassificationReport(IReadOnlyList<string>? names = null)
    {
        RequireShape("GetClassificationReport", "[examples, classes]", Predictions.Shape.Count == 2 && LabelIds.Values.Length == Predictions.Count);
        var classes = names is null ? [] : Enumerable.Range(0, Predictions.RowLength).ToArray();        // a name for each class, whether or not it occurs
        return ClassificationMetrics.ClassificationReport(LabelIds.Values, Predictions.ArgMax(), names, classes: classes);
    }

    /// <summary>The scores of a model that gives each text several labels; <c>ToString</c> gives scikit-learn's table.</summary>
    /// <remarks>A label is predicted where the sigmoid of its score reaches the threshold.</remarks>
    /// <param name="names">A name for each label; null: the numbers from 0.</param>
    /// <param name="threshold">The smallest probability with which a label is predicted, 0 to 1. Default 0.5.</param>
    /// <exception cref="InvalidOperationException">There are no labels, or not one for each score.</exception>
    /// <exception cref="ArgumentException">The number of names is not the number of labels, or a label is neither 0 nor 1.</exception>
    public MultiLabelReport GetMultiLabelReport(IReadOnlyList<string>? names = null, double threshold = 0.5)
    {
        RequireShape("GetMultiLabelReport", "[examples, labels]", Predictions.Shape.Count == 2 && LabelValues.Values.Length == Predictions.Values.Length);
        return MultiLabelMetrics.Report(LabelValues.Values, Predictions.Sigmoid().Values, Predictions.RowLength, names, threshold);
    }

    /// <summary>The scores of a model that tags entities; <c>ToString</c> gives seqeval's table.</summary>
    /// <remarks>The predicted tag of a token is the one with the largest score; tokens with the label -100 are left out.</remarks>
    /// <param name="tags">The tags in the order of their numbers: <c>O</c>, <c>B-PER</c>, <c>I-PER</c> and so on.</param>
    /// <exception cref="InvalidOperationException">There are no labels, or not one for each token.</exception>
    /// <exception cref="ArgumentException">A label or prediction has no tag, or a tag is not of this form.</exception>
    public EntityReport GetEntityReport(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        RequireShape("GetEntityReport", "[examples, tokens, tags]", Predictions.Shape.Count == 3 && LabelIds.Values.Length == Predictions.Shape[0] * Predictions.Shape[1]);
        if (tags.Count != Predictions.Shape[2]) throw new ArgumentException($"There are {tags.Count} tags ({string.Join(", ", tags)}) but the model scores {Predictions.Shape[2]}; give each its name.", nameof(tags));
        var (best, tokens) = (Predictions.ArgMax(), Predictions.Shape[1]);
        var (labels, predictions) = (new List<List<string>>(), new List<List<string>>());
        for (var example = 0; example < Predictions.Count; example++)
        {
            (List<string> actual, List<string> predicted) = ([], []);
            for (var place = example * tokens; place < (example + 1) * tokens; place++)
            {
                if (LabelIds.Values[place] is var label && label == -100) continue;
                if (label < 0 || label >= tags.Count) throw new ArgumentException($"Token {place - example * tokens} of example {example} has the label {label}, but the tags are 0 to {tags.Count - 1}, and -100 for tokens that do not count.", nameof(tags));
                actual.Add(tags[(int)label]);
                predicted.Add(tags[best[place]]);
            }
            labels.Add(actual);
            predictions.Add(predicted);
        }
        return EntityMetrics.Report(labels, predictions);
    }

    private void RequireShape(string method, string scores, bool holds)
    {
        if (!holds)
            throw new InvalidOperationException($"{method} is for scores {scores} and their labels, but here scores have the shape [{string.Join(", ", Predictions.Shape)}] and labels [{string.Join(", ", LabelValues.Shape)}].");
    }
}
