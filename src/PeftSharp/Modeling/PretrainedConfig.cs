using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PeftSharp.Internal;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Modeling;

/// <summary>The fields of <c>config.json</c> that every family shares; each family's record adds its own.</summary>
/// <remarks>
/// Corresponds to transformers' <c>PreTrainedConfig</c>. Unknown fields of the file are kept in <see cref="AdditionalFields"/> and written
/// back.
/// </remarks>
public abstract record PretrainedConfig
{
    private const int DefaultLabels = 2;

    /// <summary>The family that the configuration belongs to.</summary>
    [JsonIgnore]
    public abstract ModelFamily Family { get; }

    /// <summary>The family's name in <c>model_type</c>, such as <c>bert</c>.</summary>
    public string ModelType => Family.ModelType;

    /// <summary>The class of the saved model, such as <c>BertForSequenceClassification</c>; written by <c>SavePretrained</c>.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Data type of the saved weights, such as <c>float32</c>, <c>bfloat16</c>, <c>float16</c> or <c>float64</c>.</summary>
    public string? Dtype { get; init; }

    /// <summary>The name of each class, by its index. Null: two unnamed classes.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<int, string>? Id2Label { get; init; }

    /// <summary>The index of each class, by its name; the inverse of <see cref="Id2Label"/>.</summary>
    [JsonPropertyName("label2id")]
    public IReadOnlyDictionary<string, int>? Label2Id { get; init; }

    /// <summary>
    /// The type of prediction of a classifier of texts or images. Null: the number of classes and the data type of the labels in the first
    /// labeled batch determine the type, as in transformers.
    /// </summary>
    public ProblemType? ProblemType { get; init; }

    /// <summary>Id of the padding token.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Id of the beginning-of-sequence (BOS) token.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Ids of the end-of-sequence (EOS) tokens; a number or a list in the file.</summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int>? EosTokenId { get; init; }

    /// <summary>
    /// Whether the head of a language model shares its weight with the input embeddings. Default true; false for decoders with LLaMA's
    /// layers (<see cref="DecoderConfig"/>), except Gemma 3.
    /// </summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Unknown fields of the file, which are written back.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>
    /// Number of classes of a classifier; 2 unless <see cref="Id2Label"/> is set. If you set a number that differs from the number of names
    /// in <see cref="Id2Label"/>, the names are replaced by LABEL_0, LABEL_1 and so on.
    /// </summary>
    [JsonIgnore]
    public int NumLabels
    {
        get => Id2Label?.Count ?? DefaultLabels;
        init
        {
            if (value == NumLabels && Id2Label is not null) return;
            Id2Label = Enumerable.Range(0, value).ToDictionary(id => id, GenericName);
            Label2Id = Id2Label.ToDictionary(pair => pair.Value, pair => pair.Key);
        }
    }

    /// <summary>Number of layers of the body (of the larger one, if there are two); 0 if it is unknown.</summary>
    [JsonIgnore]
    internal virtual int LayerCount => 0;

    /// <summary>Returns the configuration with these names of the classes, by class id.</summary>
    internal PretrainedConfig WithLabelNames(IReadOnlyList<string> names) => this with
    {
        Id2Label = names.Index().ToDictionary(entry => entry.Index, entry => entry.Item),
        Label2Id = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index),
    };

    private static string GenericName(int id) => $"LABEL_{id}";

    /// <summary>The names of the classes by class id; null if the classes have no names or only LABEL_0, LABEL_1, ….</summary>
    internal IReadOnlyList<string>? GivenLabelNames =>
        Id2Label is { } names && names.Any(entry => entry.Value != GenericName(entry.Key))
            && names.Keys.Order().SequenceEqual(Enumerable.Range(0, names.Count))
            ? [.. names.OrderBy(entry => entry.Key).Select(entry => entry.Value)]
            : null;

    /// <summary>
    /// Standard deviation of initialized weights. Some families, such as CLIP, use other values for some layers. Default 0.02.
    /// </summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>
    /// Reads a configuration from the content of <c>config.json</c>, for <see cref="ModelFamily.ReadConfig"/> of a custom family.
    /// </summary>
    /// <remarks>
    /// The properties have the names of the fields in Pascal case (<c>hidden_size</c>: <c>HiddenSize</c>). Older spellings
    /// (<c>torch_dtype</c>, <c>num_labels</c>) are supported as in transformers.
    /// </remarks>
    /// <typeparam name="TConfig">The family's configuration type.</typeparam>
    /// <param name="json">The content of the file, which is modified.</param>
    /// <exception cref="JsonException">A field has an invalid value.</exception>
    public static TConfig FromJson<TConfig>(JsonObject json) where TConfig : PretrainedConfig
    {
        ArgumentNullException.ThrowIfNull(json);
        return ConfigFiles.Read<TConfig>(json);
    }

    /// <summary>Describes each invalid value or combination of values; empty if the configuration is valid.</summary>
    protected abstract IEnumerable<string> GetValidationErrors();

    /// <summary>Validates the configuration.</summary>
    /// <exception cref="ArgumentException">One or more values are invalid; the message lists all problems.</exception>
    public void Validate()
    {
        var problems = GetValidationErrors().Concat(SharedProblems()).ToArray();
        if (problems.Length > 0) throw new ArgumentException($"Invalid {TypeName.Of(this)}: {string.Join("; ", problems)}.");
    }

    private IEnumerable<string> SharedProblems()
    {
        if (ProblemType == Modeling.ProblemType.SingleLabelClassification && NumLabels == 1)
            yield return "problem_type is 'single_label_classification', which requires at least 2 labels, not 1: "
                + "use 'regression' to predict one value, or 2 labels for two classes";
        if (AdditionalFields?.TryGetValue("quantization_config", out var quantization) == true
            && quantization.ValueKind == JsonValueKind.Object)
            yield return $"quantization_config is {quantization.GetRawText()}, but quantized weights are not supported: "
                + "load the original checkpoint, or dequantize the weights";
    }

    /// <summary>Returns "name is value; it must be at least 1" for each value that is less than 1.</summary>
    /// <param name="values">The names of the fields and their values.</param>
    protected static IEnumerable<string> MustBePositive(params (string Name, int Value)[] values) =>
        values.Where(entry => entry.Value < 1).Select(entry => $"{entry.Name} is {entry.Value}; it must be at least 1");

    /// <summary>Returns "name is value; it must be at least 0 and less than 1" for each value outside [0, 1).</summary>
    /// <param name="values">The names of the fields and their values.</param>
    protected static IEnumerable<string> MustBeProbability(params (string Name, double Value)[] values) =>
        values.Where(entry => !(entry.Value is >= 0 and < 1))
            .Select(entry => FormattableString.Invariant($"{entry.Name} is {entry.Value}; it must be at least 0 and less than 1"));

    /// <summary>Returns "name is value; it must be finite and not negative" for each value that is negative or not finite.</summary>
    /// <param name="values">The names of the fields and their values.</param>
    protected static IEnumerable<string> MustNotBeNegative(params (string Name, double Value)[] values) =>
        values.Where(entry => !(entry.Value >= 0 && double.IsFinite(entry.Value)))
            .Select(entry => FormattableString.Invariant($"{entry.Name} is {entry.Value}; it must be finite and not negative"));

    /// <summary>Returns "name is 'value'; it must be one of …" for each value that is not the name of an activation function.</summary>
    /// <param name="values">The names of the fields and their values.</param>
    protected static IEnumerable<string> MustBeActivation(params (string Name, string Value)[] values) =>
        values.Where(entry => !ActivationFunctions.Names.Contains(entry.Value))
            .Select(entry => $"{entry.Name} is '{entry.Value}'; it must be one of {string.Join(", ", ActivationFunctions.Names)}");
}
