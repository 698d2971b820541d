using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Processes the tokens of a text or a pair after truncation.</summary>
internal abstract class PostProcessor
{
    /// <summary>The template for texts and special tokens; null: the texts are concatenated.</summary>
    internal virtual TemplateProcessing? Template => null;

    /// <summary>
    /// The passes that trim white space from offsets. Each value indicates whether the pre-tokenizer adds a space at the beginning of a
    /// text.
    /// </summary>
    internal virtual IEnumerable<bool> Trims => [];

    /// <summary>Returns the post-processor as it is stored in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
