using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>The initialization of the virtual tokens of prompt tuning (peft's <c>PromptTuningInit</c>).</summary>
public enum PromptTuningInit
{
    /// <summary><c>RANDOM</c>: a normal distribution with standard deviation 1.</summary>
    [JsonStringEnumMemberName("RANDOM")]
    Random,

    /// <summary><c>TEXT</c>: the embeddings of a text's tokens, truncated or repeated to the number of virtual tokens.</summary>
    [JsonStringEnumMemberName("TEXT")]
    Text,

    /// <summary><c>SAMPLE_VOCAB</c>: the embeddings of random tokens.</summary>
    [JsonStringEnumMemberName("SAMPLE_VOCAB")]
    SampleVocab,
}
