namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>The beginning-of-sequence (BOS) token; null if there is none.</summary>
    /// <exception cref="ArgumentException">The token that is set is not in the vocabulary.</exception>
    public string? BosToken { get => Special("bos_token"); set => SetSpecial("bos_token", value); }

    /// <summary>The end-of-sequence (EOS) token; null if there is none.</summary>
    /// <exception cref="ArgumentException">The token that is set is not in the vocabulary.</exception>
    public string? EosToken { get => Special("eos_token"); set => SetSpecial("eos_token", value); }

    /// <summary>The token for text that the vocabulary cannot represent; null if there is none.</summary>
    /// <exception cref="ArgumentException">The token that is set is not in the vocabulary.</exception>
    public string? UnkToken { get => Special("unk_token"); set => SetSpecial("unk_token", value); }

    /// <summary>The token between two texts and after a text (BERT); null if there is none.</summary>
    /// <exception cref="ArgumentException">The token that is set is not in the vocabulary.</exception>
    public string? SepToken { get => Special("sep_token"); set => SetSpecial("sep_token", value); }

    /// <summary>
    /// The padding token; null if there is none. GPT-2 has none: use <c>tokenizer.PadToken = tokenizer.EosToken</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The token that is set is not in the vocabulary.</exception>
    public string? PadToken { get => Special("pad_token"); set => SetSpecial("pad_token", value); }

    /// <summary>The token before a text that is classified (BERT); null if there is none.</summary>
    /// <exception cref="ArgumentException">The token that is set is not in the vocabulary.</exception>
    public string? ClsToken { get => Special("cls_token"); set => SetSpecial("cls_token", value); }

    /// <summary>The mask token, which replaces the tokens that a masked language model predicts; null if there is none.</summary>
    /// <exception cref="ArgumentException">The token that is set is not in the vocabulary.</exception>
    public string? MaskToken { get => Special("mask_token"); set => SetSpecial("mask_token", value); }

    /// <summary>The id of <see cref="BosToken"/>; null if there is none.</summary>
    public int? BosTokenId => IdOfSpecial("bos_token");

    /// <summary>The id of <see cref="EosToken"/>; null if there is none.</summary>
    public int? EosTokenId => IdOfSpecial("eos_token");

    /// <summary>The id of <see cref="UnkToken"/>; null if there is none.</summary>
    public int? UnkTokenId => IdOfSpecial("unk_token");

    /// <summary>The id of <see cref="SepToken"/>; null if there is none.</summary>
    public int? SepTokenId => IdOfSpecial("sep_token");

    /// <summary>The id of <see cref="PadToken"/>; null if there is none.</summary>
    public int? PadTokenId => IdOfSpecial("pad_token");

    /// <summary>The id of <see cref="ClsToken"/>; null if there is none.</summary>
    public int? ClsTokenId => IdOfSpecial("cls_token");

    /// <summary>The id of <see cref="MaskToken"/>; null if there is none.</summary>
    public int? MaskTokenId => IdOfSpecial("mask_token");

    /// <summary>The token type of padding: 0.</summary>
    public const int PadTokenTypeId = 0;

    /// <summary>
    /// The special tokens that are set, by their names in transformers: <c>pad_token</c> and the other standard names, and names of the
    /// model, such as <c>image_token</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> SpecialTokensMap =>
        _config.SpecialTokens.ToDictionary(entry => entry.Key, entry => entry.Value.Content);

    /// <summary>Special tokens without a name: <c>extra_special_tokens</c>, formerly <c>additional_special_tokens</c>.</summary>
    public IReadOnlyList<string> ExtraSpecialTokens => [.. _config.ExtraSpecialTokens.Select(token => token.Content)];

    /// <summary>
    /// The special tokens with a name and <see cref="ExtraSpecialTokens"/>, without duplicates. Special tokens that were only added with
    /// <see cref="AddTokens"/> are not included.
    /// </summary>
    public IReadOnlyList<string> AllSpecialTokens =>
        [.. _config.SpecialTokenNames.Select(Special).OfType<string>().Concat(ExtraSpecialTokens).Distinct()];

    /// <summary>The ids of <see cref="AllSpecialTokens"/>, in the same order.</summary>
    public IReadOnlyList<int> AllSpecialIds => ConvertTokensToIds(AllSpecialTokens);

    /// <summary>
    /// Adds tokens to the vocabulary. The tokens are then matched as a whole, and a token that is already in the vocabulary keeps its id.
    /// If tokens were added, resize the model's embeddings to <see cref="Count"/>.
    /// </summary>
    /// <param name="tokens">The tokens, as strings or with properties.</param>
    /// <param name="specialTokens">
    /// Whether all these tokens are special, so that decoding can skip them. Default false: <see cref="AddedToken.Special"/> of each token.
    /// </param>
    /// <returns>The number of tokens that were added or whose properties were changed.</returns>
    /// <exception cref="TokenizerException">A token contains an unpaired surrogate.</exception>
    public int AddTokens(IReadOnlyList<AddedToken> tokens, bool specialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return _pipeline.Added.Add(tokens.Select(token => specialTokens ? token with { Special = true } : token));
    }

    /// <summary>
    /// Sets special tokens by their names in transformers, and adds the tokens that are not in the vocabulary. If tokens were added, resize
    /// the model's embeddings to <see cref="Count"/>.
    /// </summary>
    /// <param name="tokens">
    /// The tokens by name, such as <c>new Dictionary&lt;string, AddedToken&gt; { ["pad_token"] = "[PAD]" }</c>.
    /// </param>
    /// <returns>The number of tokens that were added or whose properties were changed.</returns>
    /// <exception cref="ArgumentException">A name is neither a standard name nor a name of the model.</exception>
    /// <exception cref="TokenizerException">A token contains an unpaired surrogate.</exception>
    public int AddSpecialTokens(IReadOnlyDictionary<string, AddedToken> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Keys.FirstOrDefault(name => !_config.SpecialTokenNames.Contains(name)) is { } unknown)
            throw new ArgumentException(
                $"'{unknown}' is not the name of a special token. Names: {string.Join(", ", _config.SpecialTokenNames)}. "
                + "Add other special tokens with AddTokens(…, specialTokens: true).", nameof(tokens));
        var added = AddTokens([.. tokens.Values], specialTokens: true);
        foreach (var (name, token) in tokens)
            _config.SpecialTokens[name] = token with { Special = true };
        return added;
    }

    private string? Special(string name) => _config.SpecialTokens.TryGetValue(name, out var token) ? token.Content : null;

    private int? IdOfSpecial(string name) => Special(name) is { } token ? _pipeline.Added.IdOf(token) : null;

    private void SetSpecial(string name, string? value)
    {
        if (value is null)
        {
            _config.SpecialTokens.Remove(name);
            return;
        }
        if (_pipeline.Added.IdOf(value) is not { } id)
            throw new ArgumentException(
                $"{name} cannot be '{value}': it is not in the vocabulary ({Count} tokens). "
                + "Add it with AddSpecialTokens, and resize the model's embeddings.", nameof(value));
        _config.SpecialTokens[name] = _pipeline.Added.Tokens.GetValueOrDefault(id, new AddedToken(value) { Special = true });
    }
}
