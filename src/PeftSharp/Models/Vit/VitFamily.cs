using System.Text.RegularExpressions;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Vit;

/// <summary>The ViT family (Dosovitskiy et al. 2020, An Image is Worth 16x16 Words, arXiv:2010.11929).</summary>
/// <remarks>
/// <para>
/// The modules have the names of transformers 5. Checkpoints are saved with the names of transformers 4, which transformers 5 also writes;
/// checkpoints with the names of either version are loaded.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed partial class VitFamily : ModelFamily<VitConfig>
{
    /// <summary>The shared instance.</summary>
    public static VitFamily Instance { get; } = new();

    /// <summary>The names of a layer's modules in a checkpoint, and in the model.</summary>
    private static readonly (string InCheckpoint, string InModel)[] _layerNames =
    [
        ("attention.attention.query", "attention.q_proj"), ("attention.attention.key", "attention.k_proj"),
        ("attention.attention.value", "attention.v_proj"), ("attention.output.dense", "attention.o_proj"),
        ("intermediate.dense", "mlp.fc1"), ("output.dense", "mlp.fc2"),
    ];

    private VitFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<VitConfig> models)
    {
        models.Add<VitModel>(ModelTask.FeatureExtraction, "ViTModel");
        models.Add<VitForImageClassification>(ModelTask.ImageClassification, "ViTForImageClassification");
        models.AddArchitectures("ViTForMaskedImageModeling");
    }

    /// <inheritdoc/>
    public override string ModelType => "vit";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "vit";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>
        {
            [ModuleRole.Query] = ["q_proj"],
            [ModuleRole.Key] = ["k_proj"],
            [ModuleRole.Value] = ["v_proj"],
            [ModuleRole.AttentionOutput] = ["o_proj"],
            [ModuleRole.FeedForwardIn] = ["fc1"],
            [ModuleRole.FeedForwardOut] = ["fc2"],
            [ModuleRole.Norm] = ["layernorm_before", "layernorm_after", "layernorm"],
        };

    /// <inheritdoc/>
    public override string RenameKey(string key) => OlderLayer().Match(key) is { Success: true } layer
        ? $"{layer.Groups["before"].Value}layers.{layer.Groups["number"].Value}."
            + Renamed(layer.Groups["rest"].Value, _layerNames.Select(names => (names.InCheckpoint, names.InModel)))
        : key;

    /// <inheritdoc/>
    public override string CheckpointName(string name) => Layer().Match(name) is { Success: true } layer
        ? $"{layer.Groups["before"].Value}encoder.layer.{layer.Groups["number"].Value}"
            + Renamed(layer.Groups["rest"].Value, _layerNames.Select(names => ("." + names.InModel, "." + names.InCheckpoint)))
        : name;

    private static string Renamed(string rest, IEnumerable<(string From, string To)> names)
    {
        foreach (var (from, to) in names)
            if (rest == from || rest.StartsWith(from + ".", StringComparison.Ordinal)) return to + rest[from.Length..];
        return rest;
    }

    [GeneratedRegex(@"^(?<before>(?:.*\.)?)encoder\.layer\.(?<number>\d+)\.(?<rest>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex OlderLayer();

    [GeneratedRegex(@"^(?<before>(?:.*\.)?)layers\.(?<number>\d+)(?<rest>(?:\..*)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Layer();
}
