using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>The settings of a tokenizer outside of its pipeline, from <c>tokenizer_config.json</c> and the older files.</summary>
internal sealed class TokenizerConfig
{
    internal const string ChatTemplateFile = "chat_template.jinja", ChatTemplateFolder = "additional_chat_templates";

    /// <summary>The name of the chat template that is used if no other is requested.</summary>
    internal const string DefaultChatTemplate = "default";

    /// <summary>The names in transformers of the special tokens that every tokenizer can have.</summary>
    internal static readonly string[] StandardNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>
    /// The content of tokenizer_config.json; empty if there is no such file. It is saved with the changed fields replaced.
    /// </summary>
    internal JsonObject Source { get; init; } = [];

    /// <summary>The chat templates by name. They are saved with the tokenizer.</summary>
    internal Dictionary<string, string> ChatTemplates { get; init; } = [];

    /// <summary>The tokenizer class in transformers.</summary>
    internal required string TokenizerClass { get; init; }

    internal required IReadOnlyList<string> ModelInputNames { get; init; }

    internal int? ModelMaxLength { get; init; }

    internal PaddingSide PaddingSide { get; init; }

    internal TruncationSide TruncationSide { get; init; }

    internal bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>The special tokens by their names in transformers.</summary>
    internal Dictionary<string, AddedToken> SpecialTokens { get; init; } = [];

    /// <summary>The names in <see cref="SpecialTokens"/> that are specific to the model, such as <c>image_token</c>.</summary>
    internal IReadOnlyList<string> ModelSpecificNames { get; init; } = [];

    /// <summary>All names that <see cref="SpecialTokens"/> can have.</summary>
    internal IEnumerable<string> SpecialTokenNames => StandardNames.Concat(ModelSpecificNames);

    internal List<AddedToken> ExtraSpecialTokens { get; init; } = [];

    /// <summary>The added tokens in the order of their ids.</summary>
    internal IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
}
