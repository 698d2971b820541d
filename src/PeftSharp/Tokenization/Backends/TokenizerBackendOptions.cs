namespace PeftSharp.Tokenization;

/// <summary>
/// Options of a <see cref="Tokenizer"/> with a <see cref="TokenizerBackend"/>: special tokens, templates and properties of the model.
/// </summary>
public sealed record TokenizerBackendOptions
{
    /// <summary>
    /// Special tokens by their names in transformers. Possible names: <c>bos_token</c>, <c>eos_token</c>, <c>unk_token</c>,
    /// <c>sep_token</c>, <c>pad_token</c>, <c>cls_token</c>, <c>mask_token</c>. The tokens must be in the vocabulary. They are matched as a
    /// whole in texts. Default: no tokens.
    /// </summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>Further special tokens, which have no name. They must be in the vocabulary. Default: none.</summary>
    public IReadOnlyList<string> ExtraSpecialTokens { get; init; } = [];

    /// <summary>
    /// The template for one text, such as <c>[CLS] $A [SEP]</c>: pieces separated by spaces, where <c>$A</c> is the text. A suffix
    /// <c>:1</c> sets the <c>token_type_id</c> of a piece, which is otherwise 0. Default <c>$A</c>: no special tokens.
    /// </summary>
    public string SingleTemplate { get; init; } = "$A";

    /// <summary>
    /// The template for a pair of texts, such as <c>[CLS] $A [SEP] $B:1 [SEP]:1</c>. Default null: <see cref="SingleTemplate"/> for each
    /// text; all pieces of the second text have the token type 1.
    /// </summary>
    public string? PairTemplate { get; init; }

    /// <summary>The columns that the model expects. Default <c>input_ids</c> and <c>attention_mask</c>.</summary>
    public IReadOnlyList<string> ModelInputNames { get; init; } = ["input_ids", "attention_mask"];

    /// <summary>Maximum number of tokens that the model accepts, including special tokens. Default null: no limit.</summary>
    public int? ModelMaxLength { get; init; }

    /// <summary>The side on which rows are padded. Default right.</summary>
    public PaddingSide PaddingSide { get; init; }

    /// <summary>The side on which tokens are truncated. Default right.</summary>
    public TruncationSide TruncationSide { get; init; }
}
