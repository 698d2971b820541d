namespace PeftSharp.Training;

/// <summary>
/// The contents of a model card that <see cref="Trainer.CreateModelCard"/> cannot derive from the run. The names are those of transformers.
/// </summary>
public sealed record ModelCardOptions
{
    /// <summary>Codes of the languages of the model, such as <c>en</c>. Null: none.</summary>
    public IReadOnlyList<string>? Language { get; init; }

    /// <summary>The identifier of the license, such as <c>apache-2.0</c>. Null: none.</summary>
    public string? License { get; init; }

    /// <summary>Tags in addition to <c>generated_from_trainer</c>. Null: none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The name of the model. Null: the name of the output folder or of the repository.</summary>
    public string? ModelName { get; init; }

    /// <summary>The name of the base model on the Hub: the model that was fine-tuned. Null: the name by which it was loaded.</summary>
    public string? FinetunedFrom { get; init; }

    /// <summary>The task, such as <c>text-classification</c>. Null: the task of the model.</summary>
    public string? Task { get; init; }

    /// <summary>The names of the datasets on the Hub, such as <c>stanfordnlp/imdb</c>. Null: none.</summary>
    public IReadOnlyList<string>? DatasetTags { get; init; }

    /// <summary>The names of the datasets as they are displayed, such as <c>IMDB</c>. Null: <see cref="DatasetTags"/>.</summary>
    public IReadOnlyList<string>? Datasets { get; init; }

    /// <summary>Whether to replace a card that a person wrote or edited. Default false.</summary>
    public bool Overwrite { get; init; }
}
