namespace PeftSharp.Modeling;

/// <summary>The type of prediction of a sequence classifier, which determines its loss (transformers' <c>problem_type</c>).</summary>
public enum ProblemType
{
    /// <summary>One or more numbers; the loss is the mean squared error (<c>regression</c>).</summary>
    Regression,

    /// <summary>One class per text; cross-entropy (<c>single_label_classification</c>).</summary>
    SingleLabelClassification,

    /// <summary>Any number of labels per text; binary cross-entropy per label (<c>multi_label_classification</c>).</summary>
    MultiLabelClassification,
}
