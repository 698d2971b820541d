using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>
/// The bias vectors of the base model that LoRA trains in addition to its matrices. They are changed in place and remain changed while
/// the adapter is disabled.
/// </summary>
public enum BiasMode
{
    /// <summary><c>none</c>: no biases.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>
    /// <c>all</c>: all biases of the model, except those of embeddings and heads with trained rows
    /// (<see cref="LoraConfig.TrainableTokenIndices"/>) and those of fully trained modules (<see cref="PeftConfig.ModulesToSave"/>), whose
    /// copies are trained instead.
    /// </summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary><c>lora_only</c>: the biases of the adapted layers.</summary>
    [JsonStringEnumMemberName("lora_only")]
    LoraOnly,
}
