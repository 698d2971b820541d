using System.Text;
using PeftSharp.Hub;
using PeftSharp.Modeling;
using PeftSharp.Tuners;

namespace PeftSharp.Training.Publishing;

/// <summary>The model card of a run (transformers' <c>TrainingSummary</c>).</summary>
internal static class TrainingSummary
{
    private const string NeedsText = "More information needed";

    /// <summary>The metrics that the Hub knows.</summary>
    private static readonly HashSet<string> _metrics = new(StringComparer.Ordinal)
    {
        "accuracy", "bleu", "f1", "matthews_correlation", "pearsonr", "precision", "recall", "rouge", "sacrebleu", "spearmanr", "wer",
    };

    private static readonly (string Class, string Type, string Name)[] _tasks =
    [
        ("LMHeadModel", "text-generation", "Causal Language Modeling"), ("ForCausalLM", "text-generation", "Causal Language Modeling"),
        ("ForMaskedLM", "fill-mask", "Masked Language Modeling"),
        ("ForSequenceClassification", "text-classification", "Text Classification"),
        ("ForTokenClassification", "token-classification", "Token Classification"),
        ("ForQuestionAnswering", "question-answering", "Question Answering"), ("ForMultipleChoice", "multiple-choice", "Multiple Choice"),
        ("ForImageClassification", "image-classification", "Image Classification"),
    ];

    internal static ModelCard Create(
        PretrainedModel model, TrainingArguments arguments, TrainerState state, ModelCardOptions options, string? repositoryName)
    {
        var evaluations = new EvaluationTable(state.LogHistory);
        var metrics = evaluations.Results
            .Select(pair => (Type: pair.Key.ToLowerInvariant().Replace(' ', '_'), Name: pair.Key, pair.Value))
            .Where(metric => _metrics.Contains(metric.Type)).ToArray();
        var name = options.ModelName ?? repositoryName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(
            Path.GetFullPath(arguments.OutputDir)));
        var origin = options.FinetunedFrom
            ?? (model is PeftModel peft ? AdapterCard.BaseModelOf(peft) : ModelNames.OnHub(model.NameOrPath));
        var (task, taskName) = TaskOf(model, options.Task);
        var data = new ModelCardData
        {
            LibraryName = model is PeftModel ? "peft" : "transformers",
            Language = options.Language,
            License = options.License,
            BaseModel = origin,
            Tags = [.. (options.Tags ?? []).Concat(model is PeftModel adapters ? AdapterCard.TagsOf(adapters, origin) : [])
                .Append("generated_from_trainer").Distinct(StringComparer.Ordinal)],
            Datasets = options.DatasetTags,
            Metrics = [.. metrics.Select(metric => metric.Type)],
            PipelineTag = model is PeftModel && task == "text-generation" ? task : null,
            ModelName = name,
            Results = task is null ? [] : [.. (options.DatasetTags ?? [])
                .Select((tag, i) => (Tag: tag, Name: options.Datasets?.ElementAtOrDefault(i) ?? tag))
                .SelectMany(dataset => metrics.Select(metric => new ModelCardResult(
                    task, dataset.Tag, dataset.Name, metric.Type, metric.Value) { TaskName = taskName, MetricName = metric.Name }))],
        };
        return new ModelCard(data, Text(name, origin, options, arguments, evaluations, isAdapter: model is PeftModel));
    }

    private static string Text(
        string name, string? origin, ModelCardOptions options, TrainingArguments arguments, EvaluationTable evaluations, bool isAdapter)
    {
        var text = new StringBuilder($"{ModelCard.GeneratedComment}\n\n# {name}\n\n");
        text.Append(origin is null ? "This model was trained on "
            : $"This {(isAdapter ? "adapter" : "model")} is a fine-tuned version of [{origin}](https://huggingface.co/{origin}) on ");
        text.Append((options.Datasets ?? options.DatasetTags) switch
        {
            null or [] => "an unknown dataset.",
            [var one] => $"the {one} dataset.",
            var several => string.Join(", ", several.SkipLast(1).Select(dataset => $"the {dataset}")) + $" and the {several[^1]} datasets.",
        });
        if (evaluations.Results.Count > 0)
            text.Append("\nIt achieves the following results on the evaluation set:\n")
                .AppendJoin('\n', evaluations.Results.Select(pair => $"- {pair.Key}: {EvaluationTable.Round(pair.Value)}"));
        text.Append('\n');
        foreach (var section in new[] { "Model description", "Intended uses & limitations", "Training and evaluation data" })
            text.Append($"\n## {section}\n\n{NeedsText}\n");
        text.Append("\n## Training procedure\n\n### Training hyperparameters\n\n")
            .Append("The following hyperparameters were used during training:\n");
        foreach (var (parameter, value) in Hyperparameters.Of(arguments)) text.Append($"- {parameter}: {value}\n");
        if (evaluations.ToMarkdown() is { Length: > 0 } table) text.Append($"\n### Training results\n\n{table}\n");
        return text.Append($"\n### Framework versions\n\n{FrameworkVersions.Text}").ToString();
    }

    private static (string? Type, string? Name) TaskOf(PretrainedModel model, string? wanted)
    {
        var head = model is PeftModel peft ? peft.BaseModelClass : model.GetName();
        return _tasks.FirstOrDefault(task => wanted is null ? head.EndsWith(task.Class, StringComparison.Ordinal) : task.Type == wanted)
            is { Type: { } type } found ? (type, found.Name) : (wanted, wanted);
    }
}
