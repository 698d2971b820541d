using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>A tokenizer whose texts are split by an algorithm of the program.</summary>
public class TokenizerBackendTests
{
    private static readonly TokenizerBackendOptions _options = new()
    {
        SpecialTokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["pad_token"] = "<pad>" },
        SingleTemplate = "<s> $A </s>",
    };

    [Fact]
    public void The_tokens_of_the_backend_are_surrounded_truncated_padded_and_masked()
    {
        var tokenizer = Tokenizer.FromBackend(new Letters(), _options);
        var batch = tokenizer.Encode(["abc", "b"], padding: true);
        batch.InputIds[0].Should().Equal(1, 10, 11, 12, 2);
        batch.InputIds[1].Should().Equal(1, 11, 2, 0, 0);
        batch.AttentionMask[1].Should().Equal(1, 1, 1, 0, 0);
        batch.Encodings[0].Offsets.Should().Equal([new(0, 0), new(0, 1), new(1, 2), new(2, 3), new(0, 0)]);
        tokenizer.Encode("abc", truncation: true, maxLength: 3).Ids.Should().Equal(1, 10, 2);
        tokenizer.Encode("a", "b").Ids.Should().Equal(1, 10, 2, 1, 11, 2);
        tokenizer.Encode("a", "b").TypeIds.Should().Equal(0, 0, 0, 1, 1, 1);
        tokenizer.Encode("a").Tokens.Should().Equal("<s>", "a", "</s>");
        Assert.Equal("abc", tokenizer.Decode(batch.InputIds[0], skipSpecialTokens: true));
    }

    [Fact]
    public void Special_and_added_tokens_are_found_in_the_text_and_get_ids_above_all_others()
    {
        var tokenizer = Tokenizer.FromBackend(new Letters(), _options);
        Assert.Equal(1, tokenizer.AddTokens(["[X]"]));
        Assert.Equal(36, tokenizer.ConvertTokensToIds("[X]"));
        var encoding = tokenizer.Encode("a[X]b</s>", addSpecialTokens: false);
        encoding.Ids.Should().Equal(10, 36, 11, 2);
        encoding.Offsets.Should().Equal([new(0, 1), new(1, 4), new(4, 5), new(5, 9)]);
        Assert.Equal("a[X]b</s>", tokenizer.Decode(encoding.Ids));
    }

    [Fact]
    public void Errors_name_the_token_the_template_and_the_range()
    {
        static string Message(Func<TokenizerBackendOptions, TokenizerBackendOptions> change) =>
            FluentActions.Invoking(() => Tokenizer.FromBackend(new Letters(), change(_options)))
                .Should().ThrowExactly<ArgumentException>().Which.Message;
        Message(o => o with { SingleTemplate = "[CLS] $A" })
            .Should().Contain("'[CLS]' of the template is not in the backend's vocabulary (30 tokens)");
        Message(o => o with { SingleTemplate = "<s> </s>" }).Should().Contain("'<s> </s>'");
        Message(o => o with { SpecialTokens = new Dictionary<string, string> { ["my_token"] = "<s>" } })
            .Should().Contain("'my_token' is not the name of a special token");
        Message(o => o with { ExtraSpecialTokens = ["<x>"] }).Should().Contain("'<x>' of ExtraSpecialTokens");
        var broken = Tokenizer.FromBackend(new Letters { Shift = 1 });
        FluentActions.Invoking(() => broken.Encode("ab"))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("the range 2..3 for token 1 of a text of 2");
    }

    [Fact]
    public void Words_that_the_backend_would_join_are_refused() =>
        FluentActions.Invoking(() => Tokenizer.FromBackend(new Letters(), _options).EncodeWords(["ab", "c"]))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("pass each word with the space");

    /// <summary>A token for each small letter and one for the space; ids 3 to 8 do not exist.</summary>
    private sealed class Letters : TokenizerBackend
    {
        internal int Shift { get; init; }

        public override IReadOnlyDictionary<string, int> Vocabulary { get; } = new Dictionary<string, int>(
            Enumerable.Range(0, 26).Select(i => KeyValuePair.Create(((char)('a' + i)).ToString(), 10 + i)))
        { ["<pad>"] = 0, ["<s>"] = 1, ["</s>"] = 2, [" "] = 9 };

        public override IReadOnlyList<BackendToken> Tokenize(string text) =>
            [.. text.Select((letter, i) => new BackendToken(letter == ' ' ? 9 : letter - 'a' + 10, i + Shift, i + Shift + 1))];

        public override string Decode(IReadOnlyList<int> ids) =>
            string.Concat(ids.Select(id => Vocabulary.First(entry => entry.Value == id).Key));
    }
}
