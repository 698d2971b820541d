namespace PeftSharp.Modeling;

/// <summary>What a model's head is for; each value has its <c>AutoModelFor…</c> class.</summary>
public enum ModelTask
{
    /// <summary>No head: the last hidden states.</summary>
    FeatureExtraction,
    /// <summary>The next token (<c>AutoModelForCausalLM</c>).</summary>
    CausalLM,
    /// <summary>Hidden tokens (<c>AutoModelForMaskedLM</c>).</summary>
    MaskedLM,
    /// <summary>One label, several labels or a number for a whole text (<c>AutoModelForSequenceClassification</c>).</summary>
    SequenceClassification,
    /// <summary>One label for each token (<c>AutoModelForTokenClassification</c>).</summary>
    TokenClassification,
    /// <summary>The span of a text that answers (<c>AutoModelForQuestionAnswering</c>).</summary>
    QuestionAnswering,
    /// <summary>One of several continuations (<c>AutoModelForMultipleChoice</c>).</summary>
    MultipleChoice,
}
