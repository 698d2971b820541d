using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>How a model is adapted: the content of peft's <c>adapter_config.json</c>. Each method has its own record.</summary>
/// <remarks>
/// <para>peft's <c>PeftConfig</c>. Each property is a field of the file in snake case (<c>LoraAlpha</c>: <c>lora_alpha</c>), in files that are read and in files that are written; <c>null</c> in a file means the default.
/// Fields that no property names are kept in <see cref="AdditionalFields"/> and written back. A record of your own needs no more than its properties, a constructor without parameters and the abstract members.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public abstract record PeftConfig
{
    /// <summary>The version of peft whose files are read and written.</summary>
    internal const string CurrentPeftVersion = "0.21.2";

    /// <summary>The method's name in the file, such as <c>LORA</c>.</summary>
    public abstract string PeftType { get; }

    /// <summary>What the adapted model is for. Null: not said, and no head is trained beside the adapter.</summary>
    public TaskType? TaskType { get; init; }

    /// <summary>The base model: a folder or a name on the hub. Null: where the model was loaded from.</summary>
    public string? BaseModelNameOrPath { get; init; }

    /// <summary>Revision of the base model on the hub.</summary>
    public string? Revision { get; init; }

    /// <summary>Whether the adapter is not trained. Default false; a saved adapter says true.</summary>
    public bool InferenceMode { get; init; }

    /// <summary>Ends of the names of modules that are trained whole, as a copy, and saved with the adapter. A task adds its head.</summary>
    public IReadOnlyList<string>? ModulesToSave { get; init; }

    /// <summary>Version of peft that wrote the file.</summary>
    public string? PeftVersion { get; init; } = CurrentPeftVersion;

    /// <summary>Fields of the file that this library does not know, kept for the next writer. What they ask for is not done: look at them before you rely on the adapter.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>Whether names that match nothing in the model are passed over instead of refused. Default false. Not part of the file.</summary>
    [JsonIgnore]
    public bool IgnoreUnmatched { get; init; }

    /// <summary>The class of a base model without a task, which peft needs and this library does not.</summary>
    [JsonInclude]
    internal JsonNode? AutoMapping { get; init; }

    /// <summary>Checks the values together.</summary>
    /// <exception cref="ArgumentException">One or more values make no sense, or ask for something that is not supported; the message names the field, its value and the remedy.</exception>
    public abstract void Validate();

    /// <summary>Creates the method that this record configures, for one model.</summary>
    protected internal abstract Tuner CreateTuner();

    /// <summary>Fields of the file that the method does not use. Default: none.</summary>
    protected internal virtual IReadOnlyList<UnusedField> UnusedFields => [];

    /// <summary>Names of fields for which <c>null</c> in a file is refused instead of meaning the default. Default: none.</summary>
    protected internal virtual IReadOnlyList<string> FieldsWithoutNull => [];

    /// <summary>Whether attaching an adapter changes the weights of the base model. Default false.</summary>
    protected internal virtual bool ChangesBaseWeights => false;

    /// <summary>Rows of embeddings that are trained beside the adapter. Default: none.</summary>
    protected internal virtual TokenIndices? TrainedTokens => null;

    /// <summary>What a strict reading of a file refuses, although the adapter can be used without it. Default: fields in <see cref="AdditionalFields"/>.</summary>
    internal virtual IEnumerable<string> Doubts() => AdditionalFields is { Count: > 0 } fields
        ? [$"adapter_config.json has fields that are kept but have no effect here: {string.Join(", ", fields.Select(field => field.Key))}."] : [];
}
