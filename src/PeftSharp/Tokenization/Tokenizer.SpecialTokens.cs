namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>Beginning of a text, where the model has such a token. Setting it takes a token of the vocabulary.</summary>
    public string? BosToken { get => Special("bos_token"); set => SetSpecial("bos_token", value); }

    /// <summary>End of a text. Setting it takes a token of the vocabulary.</summary>
    public string? EosToken { get => Special("eos_token"); set => SetSpecial("eos_token", value); }

    /// <summary>What stands for text that the vocabulary cannot spell. Setting it takes a token of the vocabulary.</summary>
    public string? UnkToken { get => Special("unk_token"); set => SetSpecial("unk_token", value); }

    /// <summary>Between and behind texts (BERT). Setting it takes a token of the vocabulary.</summary>
    public string? SepToken { get => Special("sep_token"); set => SetSpecial("sep_token", value); }

    /// <summary>Fills rows up; GPT-2 has none: <c>tokenizer.PadToken = tokenizer.EosToken</c>. Setting it takes a token of the vocabulary.</summary>
    public string? PadToken { get => Special("pad_token"); set => SetSpecial("pad_token", value); }

    /// <summary>Before a text that is classified (BERT). Setting it takes a token of the vocabulary.</summary>
    public string? ClsToken { get => Special("cls_token"); set => SetSpecial("cls_token", value); }

    /// <summary>Hides a token that the model is to guess. Setting it takes a token of the vocabulary.</summary>
    public string? MaskToken { get => Special("mask_token"); set => SetSpecial("mask_token", value); }

    /// <summary>Id of <see cref="BosToken"/>; null without one.</summary>
    public int? BosTokenId => IdOfSpecial("bos_token");

    /// <summary>Id of <see cref="EosToken"/>; null without one.</summary>
    public int? EosTokenId => IdOfSpecial("eos_token");

    /// <summary>Id of <see cref="UnkToken"/>; null without one.</summary>
    public int? UnkTokenId => IdOfSpecial("unk_token");

    /// <summary>Id of <see cref="SepToken"/>; null without one.</summary>
    public int? SepTokenId => IdOfSpecial("sep_token");

    /// <summary>Id of <see cref="PadToken"/>; null without one.</summary>
    public int? PadTokenId => IdOfSpecial("pad_token");

    /// <summary>Id of <see cref="ClsToken"/>; null without one.</summary>
    public int? ClsTokenId => IdOfSpecial("cls_token");

    /// <summary>Id of <see cref="MaskToken"/>; null without one.</summary>
    public int? MaskTokenId => IdOfSpecial("mask_token");

    /// <summary>The segment of padding: 0.</summary>
    public const int PadTokenTypeId = 0;

    /// <summary>The special tokens that are set, by Python's names: <c>pad_token</c> and the six others, and the model's own, such as <c>image_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokensMap => _config.SpecialTokens.ToDictionary(entry => entry.Key, entry => entry.Value.Content);

    /// <summary>Special tokens without a name of their own: <c>extra_special_tokens</c>, formerly <c>additional_special_tokens</c>.</summary>
    public IReadOnlyList<string> ExtraSpecialTokens => [.. _config.ExtraSpecialTokens.Select(token => token.Content)];

    /// <summary>Every special token once.</summary>
    public IReadOnlyList<string> AllSpecialTokens => [.. _config.SpecialTokenNames.Select(Special).OfType<string>().Concat(ExtraSpecialTokens).Distinct()];

    /// <summary>Their ids.</summary>
    public IReadOnlyList<int> AllSpecialIds => ConvertTokensToIds(AllSpecialTokens);

    /// <summary>Adds tokens to the vocabulary; those that it has are only found as a whole from now on. Enlarge the model's embeddings to <see cref="Count"/>.</summary>
    /// <param name="tokens">Texts, or tokens with properties.</param>
    /// <param name="specialTokens">Makes them special: decoding can leave them out.</param>
    /// <returns>How many tokens were added or changed their properties.</returns>
    public int AddTokens(IReadOnlyList<AddedToken> tokens, bool specialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return _pipeline.Added.Add(tokens.Select(token => specialTokens ? token with { Special = true } : token));
    }

    /// <summary>Sets special tokens by Python's names and adds them to the vocabulary where it lacks them.</summary>
    /// <param name="tokens">For example <c>new() { ["pad_token"] = "[PAD]" }</c>.</param>
    /// <returns>How many tokens were added or changed their properties.</returns>
    /// <exception cref="ArgumentException">A name is neither one of the seven nor one of the model's own.</exception>
    public int AddSpecialTokens(IReadOnlyDictionary<string, AddedToken> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        foreach (var (name, token) in tokens)
        {
            if (!_config.SpecialTokenNames.Contains(name))
                throw new ArgumentException($"'{name}' names no special token; the names: {string.Join(", ", _config.SpecialTokenNames)}. Others are added by AddTokens(…, specialTokens: true).", nameof(tokens));
            _config.SpecialTokens[name] = token with { Special = true };
        }
        return AddTokens([.. tokens.Values], specialTokens: true);
    }

    private string? Special(string name) => _config.SpecialTokens.TryGetValue(name, out var token) ? token.Content : null;

    private int? IdOfSpecial(string name) => Special(name) is { } token ? _pipeline.Added.IdOf(token) : null;

    private void SetSpecial(string name, string? token)
    {
        if (token is null)
        {
            _config.SpecialTokens.Remove(name);
            return;
        }
        if (_pipeline.Added.IdOf(token) is not { } id)
            throw new ArgumentException($"{name} cannot be '{token}': the vocabulary ({Count} tokens) lacks it. Add it by AddSpecialTokens, and enlarge the model's embeddings.", nameof(token));
        _config.SpecialTokens[name] = _pipeline.Added.Tokens.GetValueOrDefault(id, new AddedToken(token) { Special = true });
    }
}
