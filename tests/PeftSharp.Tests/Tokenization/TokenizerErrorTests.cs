using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

public class TokenizerErrorTests
{
    private const string Model = """
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {"[UNK]": 0}}
        """;

    private static Tokenizer Bert => AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"));

    [Fact]
    public void The_error_about_a_folder_without_a_tokenizer_lists_expected_and_existing_files()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("vocab.json"), "{}");
        AssertError(folder, "merges.txt", "Files found: vocab.json.");
        for (var number = 10; number < 25; number++) File.WriteAllText(folder.File($"part-{number}"), "");
        AssertError(folder, "Files found: part-10, part-11, ", "part-19 and 6 more.");
        FluentActions.Invoking(() => AutoTokenizer.FromPretrained(folder.File("nowhere"))).Should().ThrowExactly<TokenizerException>();
    }

    [Theory]
    [InlineData("{\n  \"model\": {,", "line 2")]
    [InlineData("""{"version": "2.0"}""", "2.0")]
    [InlineData("""{"model": null}""", "$.model")]
    [InlineData("""{"normalizer": {"type": "Transliterate"}, "model": null}""", "'Transliterate'", "BertNormalizer")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "!"}}""", "precompiled_charsmap", "base 64")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}}""", "malformed", "3 bytes")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAAQGFhYWE="}}""", "malformed", "8 bytes")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "BAAAAAAEAAD/"}}""", "malformed", "UTF-8")]
    [InlineData("""{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Jieba"}]}, "model": null}""", "'Jieba'",
        "$.pre_tokenizer.pretokenizers[0]", "BertPreTokenizer")]
    [InlineData("""{"model": {"type": "Trigram"}}""", "'Trigram'", "WordPiece")]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 1, "vocab": [["a", 0.0]]}}""", "unk_id 1", "1 tokens")]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", 0.0], ["b"]]}}""", "$.model.vocab[1]", "score")]
    [InlineData("""
        {"model": {"type": "WordPiece", "vocab": {"a": 0}, "unk_token": "[UNK]", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100}}
        """, "'[UNK]'")]
    [InlineData("""
        {"model": {"type": "WordPiece", "vocab": {"a": 0.5}, "unk_token": "a", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100}}
        """, "'a'", "0.5")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}""", "'ab'", "Merge 1")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}""", "$.model.merges[0]")]
    [InlineData("""{"model": {"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}, "merges": []}}""", "$.model.dropout")]
    [InlineData("""
        {"decoder": {"type": "CTC", "pad_token": "", "word_delimiter_token": "|", "cleanup": true},
        "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}
        """, "$.decoder.pad_token")]
    [InlineData("""{"pre_tokenizer": {"type": "FixedLength", "length": 0}}""", "$.pre_tokenizer.length")]
    [InlineData("""{"pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "ab"}}""", "one character")]
    public void The_error_about_a_malformed_or_unsupported_tokenizer_json_names_the_position(string json, params string[] parts)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), json);
        AssertError(folder, parts);
    }

    [Theory, InlineData("(", ")"), InlineData("[a", "]"), InlineData("(?i:", ")"), InlineData("[^b", "]")]
    public void A_regular_expression_that_is_nested_very_deep_is_refused(string open, string close)
    {
        Read(200).Should().NotThrow();
        Read(50_000).Should().ThrowExactly<TokenizerException>().Which.Message.Length.Should().BeLessThan(2000);
        Read(50_000).Should().ThrowExactly<TokenizerException>().WithMessage("*nested more than 250 deep*");

        Action Read(int depth) => () => _ = new TranslatedRegex(
            string.Concat(Enumerable.Repeat(open, depth)) + "x" + string.Concat(Enumerable.Repeat(close, depth)));
    }

    [Fact]
    public void A_regular_expression_that_tries_very_many_combinations_is_refused()
    {
        var expression = new TranslatedRegex("(?:a|a|aa)*b", timeout: TimeSpan.FromSeconds(0.2));
        FluentActions.Invoking(() => expression.AddMatches(new string('a', 60) + "!", [])).Should().ThrowExactly<TokenizerException>()
            .WithMessage("*'(?:a|a|aa)*b'*0.2 seconds*61 characters*");
    }

    [Fact]
    public void Normalizers_that_make_a_short_text_very_long_are_refused()
    {
        using var folder = new TemporaryFolder();
        var replace = $$"""{"type": "Replace", "pattern": {"String": "a"}, "content": "{{new string('a', 100)}}"}""";
        File.WriteAllText(folder.File("tokenizer.json"), $$"""
            {"normalizer": {"type": "Sequence", "normalizers": [{{string.Join(", ", Enumerable.Repeat(replace, 8))}}]}, {{Model}}}
            """);
        var tokenizer = AutoTokenizer.FromPretrained(folder.Path);

        tokenizer.Invoking(it => it.Encode("banana")).Should().ThrowExactly<TokenizerException>().WithMessage("*normalizers*6 characters*");
        tokenizer.Encode("x").Ids.Should().Equal(0);
    }

    [Theory]
    [InlineData(@"(a)\1", "reference"), InlineData(@"\p{Klingon}", "'Klingon'"), InlineData("(?~ab)", "(?~"), InlineData("[a", "ends")]
    [InlineData("(a", "')' is missing"), InlineData("a)", "no '('"), InlineData("*a", "'*'"), InlineData("[b-a]", "empty")]
    [InlineData(@"[a-\d]", "class"), InlineData("(?i)gross", "'ss'"), InlineData("(?i)[ß]", "'ß'"), InlineData(@"\Ga", "'\\G'")]
    [InlineData("[[:greek:]]", "greek"), InlineData("a{3,1}", "{3,1}"), InlineData(@"\x{110000}", "hexadecimal")]
    [InlineData("(*FAIL)", "(*")]
    public void A_regular_expression_that_is_malformed_or_not_supported_is_named(string expression, string reason) =>
        FluentActions.Invoking(() => TextPattern.OfRegex(expression)).Should().ThrowExactly<TokenizerException>()
            .Which.Message.Should().Contain(expression).And.Contain(reason);

    [Theory, InlineData(""), InlineData("0A"), InlineData("0A05"), InlineData("0A030A0161FF"), InlineData("0A020AFF"), InlineData("0B")]
    [InlineData("0A030A01FF"), InlineData("0A060A01611500"), InlineData("0A080A0161150000C07F"), InlineData("0A030A016112021803")]
    [InlineData("00"), InlineData("FFFFFFFFFFFFFFFFFFFFFF"), InlineData("0AFFFFFFFF0F"), InlineData("0A030A01611A0412020000")]
    [InlineData("0A030A01611A06120401000000")]
    public void A_truncated_or_malformed_SentencePiece_model_is_refused(string bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"tokenizer_class": "T5Tokenizer"}""");
        File.WriteAllBytes(folder.File("spiece.model"), Convert.FromHexString(bytes));
        AssertError(folder, "spiece.model");
    }

    [Fact]
    public void A_SentencePiece_model_that_is_cut_anywhere_is_refused_or_read_up_to_a_whole_piece()
    {
        var refused = 0;
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"tokenizer_class": "T5Tokenizer"}""");
        var whole = File.ReadAllBytes(Path.Combine(Vocabularies.Require("tiny-t5"), "spiece.model"));
        for (var length = 0; length < whole.Length; length += length < 300 ? 1 : 9_973)
        {
            File.WriteAllBytes(folder.File("spiece.model"), whole[..length]);
            try
            {
                AutoTokenizer.FromPretrained(folder.Path).Encode("a b").Length.Should().BePositive();
            }
            catch (TokenizerException)
            {
                refused++;
            }
        }
        refused.Should().BeGreaterThan(250);
    }

    [Theory, InlineData("YQ== 0\nYQ== 1\n", "repeats"), InlineData("YQ== 0\n!! 1\n", "Line 2"), InlineData("YQ== 0\nYg== x\n", "Line 2")]
    public void A_malformed_line_of_a_vocabulary_of_tiktoken_is_named(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.model"), text);
        AssertError(folder, "tokenizer.model", reason);
    }

    [Fact]
    public void A_template_with_an_undefined_special_token_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), $$$"""
            {"post_processor": {"type": "TemplateProcessing", "pair": [], "special_tokens": {},
            "single": [{"SpecialToken": {"id": "[X]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]}, {{{Model}}}}
            """);
        AssertError(folder, "'[X]'");
    }

    [Fact]
    public void Plain_vocabularies_are_read_as_in_Python_or_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n\na\na\nb\r\n");
        var tokenizer = AutoTokenizer.FromPretrained(folder.Path);
        tokenizer.Encode("a b").Ids.Should().Equal(2, 6, 7, 3);       // the last of two lines counts; a blank line is a token without text
        Assert.Equal(8, tokenizer.Count);                              // seven distinct tokens of the file and [MASK]
        Assert.Null(tokenizer.ConvertIdsToTokens(5));

        File.WriteAllText(folder.File("vocab.txt"), "[CLS]\n[SEP]\na\n");
        AssertError(folder, "[UNK]");
        File.WriteAllText(folder.File("vocab.txt"), "");
        AssertError(folder, "empty");
        File.Delete(folder.File("vocab.txt"));
        File.WriteAllText(folder.File("vocab.json"), """{"a": 0, "b": 1}""");
        File.WriteAllText(folder.File("merges.txt"), "#version: 0.2\na b\n");
        AssertError(folder, "'ab'", "Merge 1");
        File.WriteAllText(folder.File("merges.txt"), "#version: 0.2\na b c\n");
        AssertError(folder, "Line 2");
    }

    [Fact]
    public void A_class_for_the_other_kind_of_vocabulary_is_refused()
    {
        FluentActions.Invoking(() => LlamaTokenizer.FromPretrained(Vocabularies.Require("tiny-llama3")))
            .Should().ThrowExactly<TokenizerException>().WithMessage("*is byte-level, but LlamaTokenizer requires*AutoTokenizer*");
        Func<string, Tokenizer>[] byteLevel =
            [folder => Gpt2Tokenizer.FromPretrained(folder), folder => Qwen2Tokenizer.FromPretrained(folder)];
        foreach (var load in byteLevel)
            FluentActions.Invoking(() => load(Vocabularies.Require("tiny-llama")))
                .Should().ThrowExactly<TokenizerException>().WithMessage("*is from SentencePiece, but * requires a byte-level one*");
    }

    [Fact]
    public void Options_that_cannot_be_met_are_refused()
    {
        var bert = Bert;
        var gpt2 = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        FluentActions.Invoking(() => bert.Encode("a b c", maxLength: 1))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("2 special tokens");
        FluentActions.Invoking(() => bert.Encode("a", maxLength: -1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => bert.Encode("a", maxLength: 4, stride: 3)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => bert.Encode("a b c d e f", maxLength: 4, stride: 2)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => bert.Encode("a", padding: true, truncation: true, maxLength: 10, padToMultipleOf: 8))
            .Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => gpt2.Encode("a", padding: true))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("PadToken");
        FluentActions.Invoking(() => bert.Encode("a b c d", truncation: "only_second", maxLength: 4))
            .Should().ThrowExactly<TokenizerException>();
        FluentActions.Invoking(
            () => bert.Encode(["a", "a b c d"], ["b", "c d e f"], truncation: TruncationStrategy.OnlyFirst, maxLength: 5))
            .Should().ThrowExactly<TokenizerException>();
        FluentActions.Invoking(() => bert.Encode(["a"], ["b", "c"])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => bert.Encode(["a", null!]))
            .Should().ThrowExactly<ArgumentException>().WithParameterName("texts").WithMessage("texts[1] is null*");
        FluentActions.Invoking(() => bert.Encode(["a", "b"], ["c", null!]))
            .Should().ThrowExactly<ArgumentException>().WithParameterName("textPairs").WithMessage("textPairs[1] is null*");
        FluentActions.Invoking(() => bert.Encode("a", padding: "sometimes")).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => gpt2.PadToken = "[PAD]").Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => gpt2.AddSpecialTokens(new Dictionary<string, AddedToken> { ["padding"] = "[PAD]" }))
            .Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => bert.Pad(new Dictionary<string, int[][]> { ["ids"] = [[1]] }))
            .Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => bert.Encode(["a"])["labels"]).Should().ThrowExactly<KeyNotFoundException>();
    }

    [Theory]
    [InlineData("YQ== 0\n\nYg== 1\nYw== 0", "Line 4", "the rank 0 of line 1")]
    [InlineData("YQ== 0\nYQ== 1", "Line 2", "the token 'a'")]
    public void A_token_or_rank_that_occurs_twice_in_a_file_of_tiktoken_is_named(string content, params string[] says)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("qwen.tiktoken"), content);
        FluentActions.Invoking(() => TiktokenFile.Read(folder.File("qwen.tiktoken")))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().ContainAll(says);
    }

    [Fact]
    public void Special_tokens_with_a_wrong_name_or_text_change_nothing()
    {
        var tokenizer = Gpt2Tokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        var (before, count) = (tokenizer.SpecialTokensMap, tokenizer.Count);
        foreach (var (name, text) in new[] { ("padding", "[X]"), ("sep_token", "\ud800") })
            FluentActions.Invoking(() => tokenizer.AddSpecialTokens(
                new OrderedDictionary<string, AddedToken> { ["pad_token"] = "[PAD]", [name] = text })).Should().Throw<Exception>();
        tokenizer.SpecialTokensMap.Should().Equal(before);
        tokenizer.Count.Should().Be(count);
        tokenizer.PadToken.Should().BeNull();
    }

    private static void AssertError(TemporaryFolder folder, params string[] parts)
    {
        FluentActions.Invoking(() => AutoTokenizer.FromPretrained(folder.Path))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().ContainAll(parts);
    }
}
