using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>Components of tokenizer.json: those of the library by their types, and a program's own.</summary>
public sealed class TokenizerComponentsTests : IDisposable
{
    private const string Model = """
        {"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {"?": 0, "a": 1, "b": 2, "ab": 3, "N": 4, "aN": 5}}
        """;

    private static readonly string[] Samples =
    [
        """{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false, "strip_accents": null, "lowercase": true}""",
        """{"type": "Lowercase"}""", """{"type": "NFC"}""", """{"type": "NFD"}""", """{"type": "NFKC"}""", """{"type": "NFKD"}""",
        """{"type": "StripAccents"}""",
        """{"type": "Strip", "strip_left": true, "strip_right": false}""",
        $$"""{"type": "Precompiled", "precompiled_charsmap": "{{Convert.ToBase64String([0, 4, 0, 0, .. new byte[1024]])}}"}""",
        """{"type": "Prepend", "prepend": "_"}""",
        """{"type": "Replace", "pattern": {"String": "a"}, "content": "b"}""",
        """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}""",
        """{"type": "BertPreTokenizer"}""", """{"type": "Whitespace"}""", """{"type": "WhitespaceSplit"}""",
        """{"type": "Punctuation", "behavior": "Contiguous"}""", """{"type": "Digits", "individual_digits": true}""",
        """{"type": "CharDelimiterSplit", "delimiter": "𝐀"}""", """{"type": "FixedLength", "length": 3}""",
        """{"type": "UnicodeScripts"}""", """{"type": "Nmt"}""", """{"type": "ByteLevel"}""",
        """{"type": "BPEDecoder", "suffix": "</w>"}""",
        """{"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true}""",
        """{"type": "WordLevel", "vocab": {"?": 0, "a": 1}, "unk_token": "?"}""",
        """{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true}""",
        """{"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}]}""",
        """{"type": "Split", "pattern": {"Regex": "a+"}, "behavior": "MergedWithNext", "invert": true}""",
        """{"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]}""",
        """{"type": "RobertaProcessing", "sep": ["b", 2], "cls": ["a", 1], "trim_offsets": true, "add_prefix_space": false}""",
        """{"type": "Sequence", "processors": [{"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]}]}""",
        """
        {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {}}
        """,
        """{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": false}""",
        """{"type": "ByteFallback"}""", """{"type": "Fuse"}""",
        """{"type": "Sequence", "decoders": [{"type": "Fuse"}]}""",
        """{"type": "Strip", "content": "_", "start": 1, "stop": 0}""",
        """{"type": "WordPiece", "prefix": "##", "cleanup": true}""",
        """
        {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
        "fuse_unk": false, "byte_fallback": false, "ignore_merges": true, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}
        """,
        """{"type": "Unigram", "unk_id": 0, "vocab": [["?", 0.0], ["a", -1.25], ["b", -2.5]], "byte_fallback": false}""",
        Model,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Types()
    {
        var result = new TheoryData<string, string>();
        foreach (var (kind, types, _) in Every())
            foreach (var type in types)
                result.Add(kind, type);
        return result;
    }

    private static IEnumerable<(string Kind, IReadOnlyList<string> Types, Func<JsonPart, JsonObject> Again)> Every() =>
    [
        ("normalizer", TokenizerComponents.Normalizers.Types, part => TokenizerComponents.Normalizers.Read(part).ToJson()),
        ("pre-tokenizer", TokenizerComponents.PreTokenizers.Types, part => TokenizerComponents.PreTokenizers.Read(part).ToJson()),
        ("model", TokenizerComponents.Models.Types, part => TokenizerComponents.Models.Read(part).ToJson()),
        ("post-processor", TokenizerComponents.PostProcessors.Types, part => TokenizerComponents.PostProcessors.Read(part).ToJson()),
        ("decoder", TokenizerComponents.Decoders.Types, part => TokenizerComponents.Decoders.Read(part).ToJson()),
    ];

    [Theory, MemberData(nameof(Types))]
    public void Every_component_is_written_as_it_is_read(string kind, string type)
    {
        if (type.StartsWith("Test", StringComparison.Ordinal))
            return;                                                     // added by another test of this class
        var again = Every().Single(list => list.Kind == kind).Again;
        var texts = Samples.Where(sample => (string?)JsonNode.Parse(sample)!["type"] == type).ToArray();
        texts.Should().NotBeEmpty();
        texts.Where(text => TryAgain(text, out var written) && JsonNode.DeepEquals(JsonNode.Parse(text), written)).Should().NotBeEmpty();

        bool TryAgain(string text, out JsonObject? written)             // of several kinds of the same name one fits
        {
            try { written = again(Part(text)); }
            catch (TokenizerException) { written = null; }
            return written is not null;
        }
    }

    [Fact]
    public void Components_of_a_program_are_read_used_and_saved()
    {
        TokenizerComponents.RegisterNormalizer("TestNumbers", options => text => Digits(text, (string)options["by"]!));
        TokenizerComponents.RegisterPreTokenizer(
            "TestPairs", _ => text => [.. text.Chunk(2).Select((pair, i) => (2 * i)..(2 * i + pair.Length))]);
        TokenizerComponents.RegisterDecoder("TestJoin", options => tokens => [string.Join((string)options["with"]!, tokens)]);
        Write("""{"type": "TestNumbers", "by": "N"}""", """{"type": "TestPairs"}""", """{"type": "TestJoin", "with": "-"}""");
        var tokenizer = AutoTokenizer.FromPretrained(_folder.Path);
        tokenizer.SavePretrained(_folder.File("saved"));
        foreach (var each in new[] { tokenizer, AutoTokenizer.FromPretrained(_folder.File("saved")) })
        {
            var encoding = each.Encode("a123ab");
            encoding.Tokens.Should().Equal("aN", "ab");
            encoding.Offsets.Should().Equal(new TokenOffset(0, 4), new TokenOffset(4, 6));
            Assert.Equal("aN-ab", each.Decode(encoding.Ids));
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(2, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, int.MaxValue)]
    public void Edits_and_ranges_outside_the_text_are_rejected(int start, int length)
    {
        TokenizerComponents.RegisterNormalizer("TestOutside", _ => _ => [new TextEdit(start, length, "")]);
        Write("""{"type": "TestOutside"}""", "null", "null");
        var tokenizer = AutoTokenizer.FromPretrained(_folder.Path);
        FluentActions.Invoking(() => tokenizer.Encode("ab"))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("'TestOutside'");
    }

    [Fact]
    public void A_surrogate_pair_is_not_cut()
    {
        TokenizerComponents.RegisterNormalizer("TestCut", _ => _ => [new TextEdit(0, 1, "a")]);
        TokenizerComponents.RegisterPreTokenizer("TestCut", _ => _ => [0..1, 1..2]);
        Write("""{"type": "TestCut"}""", "null", "null");
        FluentActions.Invoking(() => AutoTokenizer.FromPretrained(_folder.Path).Encode("🙂")).Should().ThrowExactly<TokenizerException>();
        Write("null", """{"type": "TestCut"}""", "null");
        FluentActions.Invoking(() => AutoTokenizer.FromPretrained(_folder.Path).Encode("🙂")).Should().ThrowExactly<TokenizerException>();
    }

    [Theory]                                              // ids recorded from tokenizers 0.23, whose places lie beyond the text
    [InlineData(null, "</w>", "0 7 2 3 4 5"), InlineData("##", null, "0 6 6 7")]
    public void A_byte_fallback_spells_the_suffix_and_the_prefix_too_and_its_places_lie_in_the_text(
        string? prefix, string? suffix, string expected)
    {
        var vocabulary = new JsonObject { ["é"] = 0, ["中"] = 1 };
        foreach (var b in "</w>#q"u8) vocabulary[$"<0x{b:X2}>"] = vocabulary.Count;
        File.WriteAllText(_folder.File("tokenizer.json"), new JsonObject
        {
            ["normalizer"] = new JsonObject { ["type"] = "Prepend", ["prepend"] = "é" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["byte_fallback"] = true, ["continuing_subword_prefix"] = prefix, ["end_of_word_suffix"] = suffix,
                ["vocab"] = vocabulary, ["merges"] = new JsonArray(),
            },
        }.ToJsonString());
        var encoding = AutoTokenizer.FromPretrained(_folder.Path).Encode("q");
        Assert.Equal(expected, string.Join(' ', encoding.Ids));
        encoding.Offsets.Should().OnlyContain(offset => offset.Start == 0 && offset.End == 1);
    }

    private static IEnumerable<TextEdit> Digits(string text, string by)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
            if (i > start) yield return new TextEdit(start, i - start, by);
        }
    }

    private void Write(string normalizer, string preTokenizer, string decoder) =>
        File.WriteAllText(_folder.File("tokenizer.json"),
            $$"""{"normalizer": {{normalizer}}, "pre_tokenizer": {{preTokenizer}}, "decoder": {{decoder}}, "model": {{Model}}}""");

    private static JsonPart Part(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new JsonPart(document.RootElement.Clone(), "tokenizer.json", "$");
    }
}
