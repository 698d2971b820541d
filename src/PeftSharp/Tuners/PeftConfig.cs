using System.Text.Json.Nodes;
using PeftSharp.Serialization;

namespace PeftSharp.Tuners;

/// <summary>How a model is adapted: the content of peft's <c>adapter_config.json</c>. Each method has its own record.</summary>
/// <remarks>peft's <c>PeftConfig</c>. Fields that no version of this library knows are kept in <see cref="AdditionalFields"/> and written back.</remarks>
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

    /// <summary>Version of peft that wrote the file.</summary>
    public string? PeftVersion { get; init; } = CurrentPeftVersion;

    /// <summary>Fields of the file that this library does not know, kept for the next writer. What they ask for is not done: look at them before you rely on the adapter.</summary>
    public JsonObject? AdditionalFields { get; init; }

    /// <summary>Checks the values together.</summary>
    /// <exception cref="ArgumentException">One or more values make no sense, or ask for something that is not served; the message names field, value and way out.</exception>
    public abstract void Validate();

    /// <summary>The method that this record configures.</summary>
    internal abstract Tuner CreateTuner();

    /// <summary>Adds the method's own fields.</summary>
    private protected abstract void Write(JsonObject json);

    /// <summary>Every field as peft writes it, also those that are null.</summary>
    internal JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["peft_type"] = PeftType,
            ["task_type"] = TaskType is { } task ? TaskTypes.NameOf(task) : null,
            ["base_model_name_or_path"] = BaseModelNameOrPath,
            ["revision"] = Revision,
            ["inference_mode"] = InferenceMode,
            ["peft_version"] = PeftVersion,
            ["auto_mapping"] = null,
        };
        Write(json);
        foreach (var (name, value) in AdditionalFields ?? []) json[name] = value?.DeepClone();
        return json;
    }

    /// <summary>Fills the fields that every method has from a file; the last step of reading, since it keeps what nobody asked for.</summary>
    private protected TConfig WithSharedFields<TConfig>(ConfigJson json) where TConfig : PeftConfig
    {
        _ = json.GetStringOrNull("peft_type");
        _ = json.GetNode("auto_mapping");                       // the class of a base model without a task; the base model is given here
        var task = json.GetStringOrNull("task_type") is not { } name ? (TaskType?)null
            : TaskTypes.TryParse(name, out var known) ? known : throw json.Wrong("task_type", $"one of {string.Join(", ", TaskTypes.Names)}");
        var config = this with
        {
            TaskType = task,
            BaseModelNameOrPath = json.GetStringOrNull("base_model_name_or_path"),
            Revision = json.GetStringOrNull("revision"),
            InferenceMode = json.GetBool("inference_mode", false),
            PeftVersion = json.GetStringOrNull("peft_version"),
        };
        var rest = json.Rest();
        return (TConfig)(rest.Count == 0 ? config : config with { AdditionalFields = rest });
    }
}
