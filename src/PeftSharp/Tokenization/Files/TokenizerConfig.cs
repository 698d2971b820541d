using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>What is known of a tokenizer besides its pipeline: <c>tokenizer_config.json</c> and the older files beside it.</summary>
internal sealed class TokenizerConfig
{
    internal const string ChatTemplateFile = "chat_template.jinja", ChatTemplateFolder = "additional_chat_templates";

    /// <summary>Python's names of the special tokens that every tokenizer may have.</summary>
    internal static readonly string[] StandardNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The file as it was read, to be written again with what changed; empty without one.</summary>
    internal JsonObject Source { get; init; } = [];

    /// <summary>Files with chat templates by their paths in the folder, written again when the tokenizer is saved.</summary>
    internal IReadOnlyDictionary<string, string> ChatTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>transformers' class.</summary>
    internal required string TokenizerClass { get; init; }

    internal required IReadOnlyList<string> ModelInputNames { get; init; }

    internal int? ModelMaxLength { get; init; }

    internal PaddingSide PaddingSide { get; init; }

    internal TruncationSide TruncationSide { get; init; }

    internal bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>By Python's names.</summary>
    internal Dictionary<string, AddedToken> SpecialTokens { get; init; } = [];

    /// <summary>Names in <see cref="SpecialTokens"/> that are the model's own, such as <c>image_token</c>.</summary>
    internal IReadOnlyList<string> ModelSpecificNames { get; init; } = [];

    /// <summary>All names that <see cref="SpecialTokens"/> may have.</summary>
    internal IEnumerable<string> SpecialTokenNames => StandardNames.Concat(ModelSpecificNames);

    internal List<AddedToken> ExtraSpecialTokens { get; init; } = [];

    /// <summary>In the order of their ids.</summary>
    internal IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
}
