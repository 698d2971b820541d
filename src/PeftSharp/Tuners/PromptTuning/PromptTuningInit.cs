using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>How the virtual tokens of prompt tuning start (peft's <c>PromptTuningInit</c>).</summary>
public enum PromptTuningInit
{
    /// <summary><c>RANDOM</c>: normal random numbers with standard deviation 1.</summary>
    [JsonStringEnumMemberName("RANDOM")]
    Random,

    /// <summary><c>TEXT</c>: the embeddings of a text's tokens, cut or repeated to the number of virtual tokens.</summary>
    [JsonStringEnumMemberName("TEXT")]
    Text,

    /// <summary><c>SAMPLE_VOCAB</c>: the embeddings of random tokens.</summary>
    [JsonStringEnumMemberName("SAMPLE_VOCAB")]
    SampleVocab,
}
