using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>What the adapted model is for (peft's <c>TaskType</c>): it decides which head is trained beside the adapter.</summary>
public enum TaskType
{
    /// <summary><c>SEQ_CLS</c>: labels of whole texts; <c>classifier</c> and <c>score</c> are trained too.</summary>
    [JsonStringEnumMemberName("SEQ_CLS")]
    SeqCls,

    /// <summary><c>SEQ_2_SEQ_LM</c>: text to text.</summary>
    [JsonStringEnumMemberName("SEQ_2_SEQ_LM")]
    Seq2SeqLM,

    /// <summary><c>CAUSAL_LM</c>: the next token.</summary>
    [JsonStringEnumMemberName("CAUSAL_LM")]
    CausalLM,

    /// <summary><c>TOKEN_CLS</c>: labels of tokens; <c>classifier</c> and <c>score</c> are trained too.</summary>
    [JsonStringEnumMemberName("TOKEN_CLS")]
    TokenCls,

    /// <summary><c>QUESTION_ANS</c>: spans of a text; <c>qa_outputs</c> is trained too.</summary>
    [JsonStringEnumMemberName("QUESTION_ANS")]
    QuestionAns,

    /// <summary><c>FEATURE_EXTRACTION</c>: hidden states.</summary>
    [JsonStringEnumMemberName("FEATURE_EXTRACTION")]
    FeatureExtraction,
}
