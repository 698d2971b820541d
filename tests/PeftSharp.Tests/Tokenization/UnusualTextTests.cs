using System.Text.Json;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>Texts that are hard for a tokenizer, with what Python's made of them (tests/fixtures/tokenizers/make_unusual.py).</summary>
public class UnusualTextTests
{
    [Theory, InlineData("bert"), InlineData("bert-cased"), InlineData("bert-added"), InlineData("gpt2"), InlineData("gpt2-prefix")]
    public void Mixed_scripts_marks_controls_and_characters_above_the_basic_plane_are_as_in_Python(string kind)
    {
        var tokenizer = Load(kind);
        foreach (var row in Rows())
        {
            var (text, expected) = (row.GetProperty("text").GetString()!, row.GetProperty(kind));
            var encoding = tokenizer.Encode(text);
            Assert.Equal((text, Numbers(expected.GetProperty("ids"))), (text, string.Join(' ', encoding.Ids)));
            Assert.Equal((text, Numbers(expected.GetProperty("offsets"))),
                (text, string.Join(' ', encoding.CodePointOffsets.Select(offset => $"{offset.Start} {offset.End}"))));
            Assert.Equal(
                (text, Numbers(expected.GetProperty("words"))), (text, string.Join(' ', encoding.WordIds.Select(word => word ?? -1))));
            Assert.Equal(expected.GetProperty("decoded").GetString(), tokenizer.Decode(encoding.Ids));
        }
    }

    [Theory, InlineData("bert"), InlineData("gpt2"), InlineData("gpt2-prefix")]
    public void Text_that_is_decoded_token_by_token_is_the_text_decoded_at_once(string kind)
    {
        var tokenizer = Load(kind);
        foreach (var row in Rows())
        {
            var ids = tokenizer.Encode(row.GetProperty("text").GetString()!).Ids;
            var stream = tokenizer.CreateDecodeStream();
            var pieces = ids.Select(stream.Step).ToList();
            pieces.Should().NotContain(piece => piece.EndsWith('\uFFFD'));
            Assert.Equal(tokenizer.Decode(ids), string.Concat(pieces) + stream.Flush());
        }
    }

    [Theory, InlineData("bert"), InlineData("bert-added"), InlineData("gpt2")]
    public void Places_in_UTF_16_are_those_in_code_points_counted_in_runes(string kind)
    {
        var tokenizer = Load(kind);
        foreach (var row in Rows())
        {
            var text = row.GetProperty("text").GetString()!;
            var encoding = tokenizer.Encode(text);
            encoding.Offsets.Select(offset => new TokenOffset(Runes(text[..offset.Start]), Runes(text[..offset.End])))
                .Should().Equal(encoding.CodePointOffsets);
        }
    }

    internal static Tokenizer Load(string kind)
    {
        var folder = Vocabularies.Require(kind.StartsWith("bert", StringComparison.Ordinal) ? "tiny-bert" : "tiny-gpt2");
        var tokenizer = kind switch
        {
            "bert-cased" => BertTokenizer.FromPretrained(folder, doLowerCase: false, stripAccents: true, tokenizeChineseChars: false),
            "gpt2-prefix" => Gpt2Tokenizer.FromPretrained(folder, addPrefixSpace: true),
            _ => AutoTokenizer.FromPretrained(folder),
        };
        if (kind == "bert-added")
        {
            tokenizer.AddTokens([new("movie") { SingleWord = true }, new("Café") { Normalized = true },
                new("<x>") { LStrip = true, RStrip = true, Normalized = false },
                new("great") { Normalized = false }, new("the mo") { Normalized = true }, new("[USER]") { Special = true, LStrip = true }]);
        }
        return tokenizer;
    }

    internal static IReadOnlyList<JsonElement> Rows()
    {
        using var document = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "unusual.json")));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static int Runes(string text) => text.EnumerateRunes().Count();

    private static string Numbers(JsonElement row) => string.Join(' ', row.EnumerateArray().Select(x => x.GetInt32()));
}
