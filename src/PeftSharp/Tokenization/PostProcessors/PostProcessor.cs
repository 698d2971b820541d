using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>What happens to the tokens of a text or a pair after truncation.</summary>
internal abstract class PostProcessor
{
    /// <summary>The template that puts texts and special tokens together; null: one after the other.</summary>
    internal virtual TemplateProcessing? Template => null;

    /// <summary>For each trimming of white space off the ranges: whether a single leading blank of a text was put there by the pre-tokenizer.</summary>
    internal virtual IEnumerable<bool> Trims => [];

    /// <summary>As in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
