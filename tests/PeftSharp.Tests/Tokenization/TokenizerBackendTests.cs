using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>A tokenizer whose texts are split by an algorithm of the program.</summary>
public class TokenizerBackendTests
{
    private static readonly TokenizerBackendOptions _options = new()
    {
        SpecialTokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["pad_token"] = "<pad>" }, SingleTemplate = "<s> $A </s>",
    };

    [Fact]
    public void The_tokens_of_the_backend_are_surrounded_truncated_padded_and_masked()
    {
        var tokenizer = Tokenizer.FromBackend(new Letters(), _options);
        var batch = tokenizer.Encode(["abc", "b"], padding: true);
        Assert.Equal([1, 10, 11, 12, 2], batch.InputIds[0]);
        Assert.Equal([1, 11, 2, 0, 0], batch.InputIds[1]);
        Assert.Equal([1, 1, 1, 0, 0], batch.AttentionMask[1]);
        Assert.Equal([new(0, 0), new(0, 1), new(1, 2), new(2, 3), new(0, 0)], batch.Encodings[0].Offsets);
        Assert.Equal([1, 10, 2], tokenizer.Encode("abc", truncation: true, maxLength: 3).Ids);
        Assert.Equal([1, 10, 2, 1, 11, 2], tokenizer.Encode("a", "b").Ids);
        Assert.Equal([0, 0, 0, 1, 1, 1], tokenizer.Encode("a", "b").TypeIds);
        Assert.Equal(["<s>", "a", "</s>"], tokenizer.Encode("a").Tokens);
        Assert.Equal("abc", tokenizer.Decode(batch.InputIds[0], skipSpecialTokens: true));
    }

    [Fact]
    public void Special_and_added_tokens_are_found_in_the_text_and_get_ids_above_all_others()
    {
        var tokenizer = Tokenizer.FromBackend(new Letters(), _options);
        Assert.Equal(1, tokenizer.AddTokens(["[X]"]));
        Assert.Equal(36, tokenizer.ConvertTokensToIds("[X]"));
        var encoding = tokenizer.Encode("a[X]b</s>", addSpecialTokens: false);
        Assert.Equal([10, 36, 11, 2], encoding.Ids);
        Assert.Equal([new(0, 1), new(1, 4), new(4, 5), new(5, 9)], encoding.Offsets);
        Assert.Equal("a[X]b</s>", tokenizer.Decode(encoding.Ids));
    }

    [Fact]
    public void Errors_name_the_token_the_template_and_the_range()
    {
        static string Message(Func<TokenizerBackendOptions, TokenizerBackendOptions> change) => Assert.Throws<ArgumentException>(() => Tokenizer.FromBackend(new Letters(), change(_options))).Message;
        Assert.Contains("'[CLS]' of the template is not in the backend's vocabulary (30 tokens)", Message(o => o with { SingleTemplate = "[CLS] $A" }), StringComparison.Ordinal);
        Assert.Contains("'<s> </s>'", Message(o => o with { SingleTemplate = "<s> </s>" }), StringComparison.Ordinal);
        Assert.Contains("'my_token' is not the name of a special token", Message(o => o with { SpecialTokens = new Dictionary<string, string> { ["my_token"] = "<s>" } }), StringComparison.Ordinal);
        Assert.Contains("'<x>' of ExtraSpecialTokens", Message(o => o with { ExtraSpecialTokens = ["<x>"] }), StringComparison.Ordinal);
        var broken = Tokenizer.FromBackend(new Letters { Shift = 1 });
        Assert.Contains("the range 2..3 for token 1 of a text of 2", Assert.Throws<TokenizerException>(() => broken.Encode("ab")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_the_backend_would_join_are_refused() =>
        Assert.Contains("pass each word with the space", Assert.Throws<TokenizerException>(() => Tokenizer.FromBackend(new Letters(), _options).EncodeWords(["ab", "c"])).Message, StringComparison.Ordinal);

    /// <summary>A token for each small letter and one for the space; ids 3 to 8 do not exist.</summary>
    private sealed class Letters : TokenizerBackend
    {
        internal int Shift { get; init; }

        public override IReadOnlyDictionary<string, int> Vocabulary { get; } = new Dictionary<string, int>(
            Enumerable.Range(0, 26).Select(i => KeyValuePair.Create(((char)('a' + i)).ToString(), 10 + i)))
        { ["<pad>"] = 0, ["<s>"] = 1, ["</s>"] = 2, [" "] = 9 };

        public override IReadOnlyList<BackendToken> Tokenize(string text) => [.. text.Select((letter, i) => new BackendToken(letter == ' ' ? 9 : letter - 'a' + 10, i + Shift, i + Shift + 1))];

        public override string Decode(IReadOnlyList<int> ids) => string.Concat(ids.Select(id => Vocabulary.First(entry => entry.Value == id).Key));
    }
}
