namespace PeftSharp.Tokenization;

/// <summary>What a <see cref="Tokenizer"/> needs to know besides its <see cref="TokenizerBackend"/>: special tokens, the template and the properties of the model.</summary>
public sealed record TokenizerBackendOptions
{
    /// <summary>
    /// Special tokens by Python's names: <c>bos_token</c>, <c>eos_token</c>, <c>unk_token</c>, <c>sep_token</c>, <c>pad_token</c>, <c>cls_token</c>, <c>mask_token</c>. The vocabulary must have
    /// them. They are found as a whole in texts. Default none.
    /// </summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>Special tokens of the vocabulary that have no name. Default none.</summary>
    public IReadOnlyList<string> ExtraSpecialTokens { get; init; } = [];

    /// <summary>
    /// The special tokens around one text, as in <c>[CLS] $A [SEP]</c>, separated by blanks. <c>:1</c> after a piece is its <c>token_type_id</c>, without it 0. Default: no special tokens.
    /// </summary>
    public string SingleTemplate { get; init; } = "$A";

    /// <summary>The same for two texts, as in <c>[CLS] $A [SEP] $B:1 [SEP]:1</c>. Null (the default): <see cref="SingleTemplate"/> for each text.</summary>
    public string? PairTemplate { get; init; }

    /// <summary>The columns that the model takes. Default <c>input_ids</c> and <c>attention_mask</c>.</summary>
    public IReadOnlyList<string> ModelInputNames { get; init; } = ["input_ids", "attention_mask"];

    /// <summary>Maximum number of tokens that the model takes, special tokens included. Null (the default): no limit.</summary>
    public int? ModelMaxLength { get; init; }

    /// <summary>The end at which rows are padded. Default right.</summary>
    public PaddingSide PaddingSide { get; init; }

    /// <summary>The end at which tokens are cut off. Default right.</summary>
    public TruncationSide TruncationSide { get; init; }
}
