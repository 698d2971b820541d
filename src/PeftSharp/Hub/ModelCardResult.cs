namespace PeftSharp.Hub;

/// <summary>A metric of a model on a dataset, for the metadata of its card (huggingface_hub's <c>EvalResult</c>).</summary>
/// <param name="TaskType">The task, such as <c>text-classification</c>.</param>
/// <param name="DatasetType">The name of the dataset on the Hub, such as <c>stanfordnlp/imdb</c>.</param>
/// <param name="DatasetName">The name of the dataset as it is displayed, such as <c>IMDB</c>.</param>
/// <param name="MetricType">The metric, such as <c>accuracy</c>.</param>
/// <param name="MetricValue">The value.</param>
public sealed record ModelCardResult(string TaskType, string DatasetType, string DatasetName, string MetricType, double MetricValue)
{
    /// <summary>The name of the task as it is displayed, such as <c>Text Classification</c>. Null: none.</summary>
    public string? TaskName { get; init; }

    /// <summary>The name of the metric as it is displayed, such as <c>Accuracy</c>. Null: none.</summary>
    public string? MetricName { get; init; }

    /// <summary>The configuration of the dataset. Null: none.</summary>
    public string? DatasetConfig { get; init; }

    /// <summary>The split of the dataset, such as <c>test</c>. Null: none.</summary>
    public string? DatasetSplit { get; init; }
}
