using System.Text.Json.Nodes;

namespace PeftSharp.Hub;

/// <summary>
/// The metadata of a model card (huggingface_hub's <c>ModelCardData</c>): the YAML at the start of <c>README.md</c>, with which the Hub
/// finds and displays a model.
/// </summary>
public sealed record ModelCardData
{
    /// <summary>The library that loads the model, such as <c>transformers</c> or <c>peft</c>. Null: none.</summary>
    public string? LibraryName { get; init; }

    /// <summary>Codes of the languages, such as <c>en</c>. Null: none.</summary>
    public IReadOnlyList<string>? Language { get; init; }

    /// <summary>The identifier of the license, such as <c>apache-2.0</c>. Null: none.</summary>
    public string? License { get; init; }

    /// <summary>The name of the base model on the Hub: the model that was fine-tuned. Null: none.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Tags of the model, such as <c>lora</c>. Null: none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The names of the datasets on the Hub, such as <c>stanfordnlp/imdb</c>. Null: none.</summary>
    public IReadOnlyList<string>? Datasets { get; init; }

    /// <summary>The metrics, such as <c>accuracy</c>. Null: none.</summary>
    public IReadOnlyList<string>? Metrics { get; init; }

    /// <summary>
    /// The task of the model (<c>pipeline_tag</c>), such as <c>text-generation</c>. The Hub uses it to find the model and to display it.
    /// Null: none.
    /// </summary>
    public string? PipelineTag { get; init; }

    /// <summary>The name of the model in <see cref="Results"/>. Null: no results are written.</summary>
    public string? ModelName { get; init; }

    /// <summary>The results of evaluations (<c>model-index</c>). Null: none.</summary>
    public IReadOnlyList<ModelCardResult>? Results { get; init; }

    /// <summary>Returns the metadata as YAML, without the lines <c>---</c>.</summary>
    public string ToYaml()
    {
        var json = new JsonObject();
        Add("library_name", LibraryName);
        AddList("language", Language);
        Add("license", License);
        Add("base_model", BaseModel);
        AddList("tags", Tags);
        AddList("datasets", Datasets);
        AddList("metrics", Metrics);
        Add("pipeline_tag", PipelineTag);
        if (ModelName is { } model)
            json["model-index"] = new JsonArray(new JsonObject { ["name"] = model, ["results"] = ResultsToJson() });
        return json.Count == 0 ? "" : YamlText.Write(json);

        void Add(string name, string? value)
        {
            if (value is not null) json[name] = value;
        }

        void AddList(string name, IReadOnlyList<string>? values)
        {
            if (values is { Count: > 0 }) json[name] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        }
    }

    /// <summary>Returns one entry for each task and dataset, with its metrics.</summary>
    private JsonArray ResultsToJson() => new([.. (Results ?? [])
        .GroupBy(result => (
            result.TaskType, result.TaskName, result.DatasetType, result.DatasetName, result.DatasetConfig, result.DatasetSplit))
        .Select(group => (JsonNode)new JsonObject
        {
            ["task"] = Fields(("type", group.Key.TaskType), ("name", group.Key.TaskName)),
            ["dataset"] = Fields(("name", group.Key.DatasetName), ("type", group.Key.DatasetType), ("config", group.Key.DatasetConfig),
                ("split", group.Key.DatasetSplit)),
            ["metrics"] = new JsonArray([.. group.Select(result =>
            {
                var metric = Fields(("type", result.MetricType), ("name", result.MetricName));
                metric["value"] = result.MetricValue;
                return metric;
            })]),
        })]);

    private static JsonObject Fields(params (string Name, string? Value)[] fields)
    {
        var json = new JsonObject();
        foreach (var (name, value) in fields)
            if (value is not null) json[name] = value;
        return json;
    }
}
