namespace PeftSharp.Modeling;

/// <summary>The task of a model's head. Each of the library's has an <c>AutoModelFor…</c> class; a family may add its own names.</summary>
/// <param name="Name">The task as it stands in transformers' class names, such as <c>SequenceClassification</c> in <c>BertForSequenceClassification</c>.</param>
public readonly record struct ModelTask(string Name)
{
    /// <summary>No head: the last hidden states (<c>AutoModel</c>).</summary>
    public static ModelTask FeatureExtraction { get; } = new(nameof(FeatureExtraction));

    /// <summary>Predicts the next token (<c>AutoModelForCausalLM</c>).</summary>
    public static ModelTask CausalLM { get; } = new(nameof(CausalLM));

    /// <summary>Predicts masked tokens (<c>AutoModelForMaskedLM</c>).</summary>
    public static ModelTask MaskedLM { get; } = new(nameof(MaskedLM));

    /// <summary>One label, several labels or a number for a whole text (<c>AutoModelForSequenceClassification</c>).</summary>
    public static ModelTask SequenceClassification { get; } = new(nameof(SequenceClassification));

    /// <summary>One label for each token (<c>AutoModelForTokenClassification</c>).</summary>
    public static ModelTask TokenClassification { get; } = new(nameof(TokenClassification));

    /// <summary>The span of a text that answers a question (<c>AutoModelForQuestionAnswering</c>).</summary>
    public static ModelTask QuestionAnswering { get; } = new(nameof(QuestionAnswering));

    /// <summary>One of several continuations (<c>AutoModelForMultipleChoice</c>).</summary>
    public static ModelTask MultipleChoice { get; } = new(nameof(MultipleChoice));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
