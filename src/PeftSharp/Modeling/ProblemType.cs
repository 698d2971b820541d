namespace PeftSharp.Modeling;

/// <summary>What a classifier of whole texts predicts, which decides its loss; transformers' <c>problem_type</c>.</summary>
public enum ProblemType
{
    /// <summary>Numbers: the mean squared error (<c>regression</c>).</summary>
    Regression,

    /// <summary>One class for each text: the cross-entropy (<c>single_label_classification</c>).</summary>
    SingleLabelClassification,

    /// <summary>Any number of labels for each text: the binary cross-entropy of each (<c>multi_label_classification</c>).</summary>
    MultiLabelClassification,
}
