using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>What is known of a tokenizer besides its pipeline: <c>tokenizer_config.json</c> and the older files beside it.</summary>
internal sealed class TokenizerConfig
{
    /// <summary>Python's names of the special tokens.</summary>
    internal static readonly string[] SpecialTokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The file as it was read, to be written again with what changed; empty without one.</summary>
    internal JsonObject Source { get; init; } = [];

    /// <summary>transformers' class, without an ending "Fast".</summary>
    internal required string TokenizerClass { get; init; }

    internal required IReadOnlyList<string> ModelInputNames { get; init; }

    internal int? ModelMaxLength { get; init; }

    internal PaddingSide PaddingSide { get; init; }

    internal TruncationSide TruncationSide { get; init; }

    internal bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>By Python's names.</summary>
    internal Dictionary<string, AddedToken> SpecialTokens { get; init; } = [];

    internal List<AddedToken> ExtraSpecialTokens { get; init; } = [];

    /// <summary>In the order of their ids.</summary>
    internal IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
}
