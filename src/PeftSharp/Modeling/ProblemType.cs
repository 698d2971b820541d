namespace PeftSharp.Modeling;

/// <summary>The type of prediction of a classifier, which determines its loss (transformers' <c>problem_type</c>).</summary>
public enum ProblemType
{
    /// <summary>One or more numbers; the loss is the mean squared error (<c>regression</c>).</summary>
    Regression,

    /// <summary>One class per text or image; the loss is the cross-entropy (<c>single_label_classification</c>).</summary>
    SingleLabelClassification,

    /// <summary>
    /// Any number of labels per text or image; the loss is the binary cross-entropy of each label (<c>multi_label_classification</c>).
    /// </summary>
    MultiLabelClassification,
}
