using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>The task of an adapted model (peft's <c>TaskType</c>), which determines the head that is trained with the adapter.</summary>
public enum TaskType
{
    /// <summary>
    /// <c>SEQ_CLS</c>: sequence classification. The modules of the head, such as <c>classifier</c>, are trained with the adapter.
    /// </summary>
    [JsonStringEnumMemberName("SEQ_CLS")]
    SeqCls,

    /// <summary><c>SEQ_2_SEQ_LM</c>: sequence-to-sequence language modeling.</summary>
    [JsonStringEnumMemberName("SEQ_2_SEQ_LM")]
    Seq2SeqLM,

    /// <summary><c>CAUSAL_LM</c>: causal language modeling.</summary>
    [JsonStringEnumMemberName("CAUSAL_LM")]
    CausalLM,

    /// <summary>
    /// <c>TOKEN_CLS</c>: token classification. The modules of the head, such as <c>classifier</c>, are trained with the adapter.
    /// </summary>
    [JsonStringEnumMemberName("TOKEN_CLS")]
    TokenCls,

    /// <summary>
    /// <c>QUESTION_ANS</c>: extractive question answering. The modules of the head, such as <c>qa_outputs</c>, are trained with the
    /// adapter.
    /// </summary>
    [JsonStringEnumMemberName("QUESTION_ANS")]
    QuestionAns,

    /// <summary><c>FEATURE_EXTRACTION</c>: hidden states as features.</summary>
    [JsonStringEnumMemberName("FEATURE_EXTRACTION")]
    FeatureExtraction,
}
