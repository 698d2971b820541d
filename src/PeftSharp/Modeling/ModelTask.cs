namespace PeftSharp.Modeling;

/// <summary>
/// The task of a model's head. Each predefined task has a class that loads its models, such as
/// <c>AutoModelForCausalLM</c>; a family may define further tasks.
/// </summary>
/// <param name="Name">
/// The name of the task in transformers' class names, such as <c>SequenceClassification</c> in <c>BertForSequenceClassification</c>.
/// </param>
public readonly record struct ModelTask(string Name)
{
    /// <summary>A model without a head, which returns the last hidden states (<c>AutoModel</c>).</summary>
    public static ModelTask FeatureExtraction { get; } = new(nameof(FeatureExtraction));

    /// <summary>Predicts the next token (<c>AutoModelForCausalLM</c>).</summary>
    public static ModelTask CausalLM { get; } = new(nameof(CausalLM));

    /// <summary>Predicts masked tokens (<c>AutoModelForMaskedLM</c>).</summary>
    public static ModelTask MaskedLM { get; } = new(nameof(MaskedLM));

    /// <summary>Classifies a whole text: single-label, multi-label or regression (<c>AutoModelForSequenceClassification</c>).</summary>
    public static ModelTask SequenceClassification { get; } = new(nameof(SequenceClassification));

    /// <summary>Classifies each token (<c>AutoModelForTokenClassification</c>).</summary>
    public static ModelTask TokenClassification { get; } = new(nameof(TokenClassification));

    /// <summary>Finds the span of a text that answers a question (<c>AutoModelForQuestionAnswering</c>).</summary>
    public static ModelTask QuestionAnswering { get; } = new(nameof(QuestionAnswering));

    /// <summary>Selects one of several continuations (<c>AutoModelForMultipleChoice</c>).</summary>
    public static ModelTask MultipleChoice { get; } = new(nameof(MultipleChoice));

    /// <summary>Classifies an image: single-label, multi-label or regression (<c>AutoModelForImageClassification</c>).</summary>
    public static ModelTask ImageClassification { get; } = new(nameof(ImageClassification));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
