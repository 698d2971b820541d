using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>Which bias vectors of the base model LoRA trains beside its matrices. Unlike the adapter they are written in place: with the adapter off, they stay changed.</summary>
public enum BiasMode
{
    /// <summary><c>none</c>: the base model stays as it is.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary><c>all</c>: every bias of the model.</summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary><c>lora_only</c>: those of the adapted layers.</summary>
    [JsonStringEnumMemberName("lora_only")]
    LoraOnly,
}
