namespace PeftSharp.Training;

/// <summary>
/// Contents of a model card that <see cref="Trainer.CreateModelCard"/> does not derive from the run, or that replace what it derives. The
/// properties, except <see cref="Overwrite"/>, correspond to arguments of transformers' <c>create_model_card</c>.
/// </summary>
public sealed record ModelCardOptions
{
    /// <summary>Codes of the languages of the model, such as <c>en</c>. Null: none.</summary>
    public IReadOnlyList<string>? Language { get; init; }

    /// <summary>The identifier of the license, such as <c>apache-2.0</c>. Null: none.</summary>
    public string? License { get; init; }

    /// <summary>
    /// Tags in addition to those that the library sets: <c>generated_from_trainer</c> and, for an adapter, the tags of peft. Null: none.
    /// </summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>
    /// The name of the model. Null: the name of the repository without its owner or, if <see cref="TrainingArguments.HubModelId"/> is not
    /// set, the name of the output folder.
    /// </summary>
    public string? ModelName { get; init; }

    /// <summary>
    /// The name of the base model on the Hub: the model that was fine-tuned. Null: the name by which the model was loaded from the Hub or,
    /// for an adapter, the name in its configuration. If these are folders, the card names no base model.
    /// </summary>
    public string? FinetunedFrom { get; init; }

    /// <summary>The task, such as <c>text-classification</c>. Null: the task of the model.</summary>
    public string? Task { get; init; }

    /// <summary>The names of the datasets on the Hub, such as <c>stanfordnlp/imdb</c>. Null: none.</summary>
    public IReadOnlyList<string>? DatasetTags { get; init; }

    /// <summary>The names of the datasets as they are displayed, such as <c>IMDB</c>. Null: <see cref="DatasetTags"/>.</summary>
    public IReadOnlyList<string>? Datasets { get; init; }

    /// <summary>
    /// Whether to replace a card without the comment of a generated card (<see cref="Hub.ModelCard.GeneratedComment"/>). Default false. A
    /// card with this comment is always replaced, even if a person has edited it.
    /// </summary>
    public bool Overwrite { get; init; }
}
