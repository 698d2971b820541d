using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PeftSharp.Hub;
using PeftSharp.Internal;

namespace PeftSharp.Tuners;

/// <summary>
/// The configuration of an adapter: the content of peft's <c>adapter_config.json</c>. Each tuning method, such as LoRA, has its own record.
/// </summary>
/// <remarks>
/// <para>
/// peft's <c>PeftConfig</c>. Each property, unless its description says otherwise, is a field of the file in snake case
/// (<c>LoraAlpha</c>: <c>lora_alpha</c>), both when reading and when writing. <c>null</c> in a file means the default, except for
/// <see cref="FieldsWithoutNull"/>. Unknown fields are kept in <see cref="AdditionalFields"/> and written back.
/// A custom record needs only its properties, a parameterless constructor and the abstract members.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public abstract record PeftConfig
{
    /// <summary>The version of peft whose file format is read and written.</summary>
    internal const string CurrentPeftVersion = "0.21.2";

    /// <summary>The name of the tuning method in the file, such as <c>LORA</c>.</summary>
    public abstract string PeftType { get; }

    /// <summary>The task of the adapted model, which determines the head that is trained with the adapter. Null: not specified; a head is
    /// trained only if <see cref="ModulesToSave"/> contains it.</summary>
    public TaskType? TaskType { get; init; }

    /// <summary>The base model: a folder or a name on the Hugging Face Hub. When an adapter is added, null is replaced with the folder or
    /// name from which the base model was loaded.</summary>
    public string? BaseModelNameOrPath { get; init; }

    /// <summary>Branch, tag or commit of the base model on the Hugging Face Hub. Null: not specified.</summary>
    public string? Revision { get; init; }

    /// <summary>Whether the adapter is frozen. Default false; set to true when an adapter is saved.</summary>
    public bool InferenceMode { get; init; }

    /// <summary>
    /// Name suffixes of modules that are trained completely: the adapter trains and saves a copy of each. With the task types
    /// <see cref="TaskType.SeqCls"/>, <see cref="TaskType.TokenCls"/> and <see cref="TaskType.QuestionAns"/>, the head is added. Null: no
    /// other modules.
    /// </summary>
    public IReadOnlyList<string>? ModulesToSave { get; init; }

    /// <summary>The version of peft that wrote the file. For a new configuration: the version of peft whose file format this library
    /// writes.</summary>
    public string? PeftVersion { get; init; } = CurrentPeftVersion;

    /// <summary>
    /// Unknown fields of the file, which are written back. They have no effect: review them before you rely on the adapter.
    /// </summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>
    /// Whether names that do not match any module are ignored instead of causing an exception. If no name of the target modules matches, an
    /// exception is thrown in any case. Default false. Not part of the file.
    /// </summary>
    [JsonIgnore]
    public bool IgnoreUnmatched { get; init; }

    /// <summary>
    /// Whether the configuration was read from a file. Messages then contain the name of the field in addition to the name of the property.
    /// </summary>
    internal bool IsFromFile { get; init; }

    /// <summary>Number of elements of all tensors in the file of the adapter that is loaded. Null: the adapter is new.</summary>
    internal long? FileElements { get; init; }

    /// <summary>The class of a base model without a task, which peft requires and this library does not use.</summary>
    [JsonInclude]
    internal JsonNode? AutoMapping { get; init; }

    /// <summary>
    /// Reads the configuration of a saved adapter, for example to find its base model (peft's <c>PeftConfig.from_pretrained</c>).
    /// </summary>
    /// <param name="nameOrFolder">
    /// The folder of the adapter, with its <c>adapter_config.json</c>; or, if there is no such folder, a name on the Hugging Face Hub.
    /// </param>
    /// <param name="revision">Branch, tag or commit of the repository on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Options of the download. Null: the environment variables and the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>The record of the adapter's tuning method, such as <see cref="LoraConfig"/>.</returns>
    /// <exception cref="CheckpointException">
    /// The file is missing or malformed, or its tuning method or a value is not supported.
    /// </exception>
    /// <exception cref="HubException">The file cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static PeftConfig FromPretrained(
        string nameOrFolder, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        return PeftConfigFile.Read(HubFolder.Resolve(nameOrFolder, HubFiles.OfAdapterConfig, revision, hub, cancellationToken));
    }

    /// <summary>Writes <c>adapter_config.json</c>, without weights.</summary>
    /// <param name="folder">The folder, which is created if it does not exist.</param>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    public void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FolderAccess.Create(folder);
        PeftConfigFile.Write(folder, this);
    }

    /// <summary>Validates the configuration.</summary>
    /// <exception cref="ArgumentException">
    /// One or more values are invalid or not supported; the message names the field, its value and the remedy.
    /// </exception>
    public abstract void Validate();

    /// <summary>Creates the tuner that this record configures, for one model.</summary>
    protected internal abstract Tuner CreateTuner();

    /// <summary>Fields of the file that the tuning method does not use. Default: none.</summary>
    protected internal virtual IReadOnlyList<UnusedField> UnusedFields => [];

    /// <summary>Names of fields for which <c>null</c> in a file is rejected instead of meaning the default. Default: none.</summary>
    protected internal virtual IReadOnlyList<string> FieldsWithoutNull => [];

    /// <summary>Whether adding an adapter changes the weights of the base model. Default false.</summary>
    protected internal virtual bool ChangesBaseWeights => false;

    /// <summary>Rows of embeddings that are trained in addition to the adapter. Default: none.</summary>
    protected internal virtual TokenIndices? TrainedTokens => null;

    /// <summary>
    /// The name of a property for messages, such as <c>TargetModules</c> or, for a file, <c>TargetModules (target_modules)</c>.
    /// </summary>
    internal string NameOf(string property) =>
        IsFromFile ? $"{property} ({JsonNamingPolicy.SnakeCaseLower.ConvertName(property)})" : property;

    /// <summary>
    /// Problems that throw an exception in strict mode and are otherwise warnings. Default: fields in <see cref="AdditionalFields"/>.
    /// </summary>
    internal virtual IEnumerable<string> StrictErrors() => AdditionalFields is { Count: > 0 } fields
        ? ["adapter_config.json has unknown fields, which are kept but have no effect: "
        + $"{string.Join(", ", fields.Select(field => field.Key))}."] : [];

    /// <summary>
    /// Describes why tensors of these shapes do not match this configuration; null if they match. Checked before memory for the adapter is
    /// allocated, because the sizes in the configuration come from a file.
    /// </summary>
    internal virtual string? SizeError(IEnumerable<IReadOnlyList<long>> shapes) => null;

    /// <summary>
    /// Rejects an adapter whose configuration needs many more elements than its file contains, before memory is allocated. Smaller
    /// differences are reported with the names of the tensors when the file is loaded.
    /// </summary>
    /// <param name="elements">Number of elements of the adapter.</param>
    /// <exception cref="ArgumentException">The adapter is too large.</exception>
    internal void CheckElements(Int128 elements)
    {
        const long Harmless = 1 << 26;
        if (FileElements is { } found && elements > Harmless && elements / 4 > found)
            throw new ArgumentException($"the sizes in adapter_config.json need {elements} elements, but the file of the weights has "
                + $"{found}. Obtain both files again.");
    }

    /// <summary>The error for a size that exceeds every dimension of the tensors; null if it does not.</summary>
    private protected string? SizeError(string property, int size, IEnumerable<IReadOnlyList<long>> shapes) =>
        shapes.SelectMany(shape => shape).DefaultIfEmpty(0).Max() is var largest && size <= largest ? null
            : $"{NameOf(property)} is {size}, but the largest dimension of a tensor is {largest}";
}
