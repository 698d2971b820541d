namespace PeftSharp.Hub;

/// <summary>The type of a repository on the Hugging Face Hub (<c>repo_type</c>).</summary>
public enum HubRepositoryType
{
    /// <summary>A model, an adapter or a tokenizer.</summary>
    Model,

    /// <summary>A dataset.</summary>
    Dataset,
}
