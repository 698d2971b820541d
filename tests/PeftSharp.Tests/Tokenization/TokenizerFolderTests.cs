using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>
/// Folders with every combination of class, configuration and files; what is expected was recorded from transformers 5.23
/// (tests/fixtures/tokenizers/make_folders.py).
/// </summary>
public sealed class TokenizerFolderTests : IDisposable
{
    private static readonly JsonNode Recorded = JsonNode.Parse(
        File.ReadAllBytes(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "folders.json")))!;
    private static readonly string[] Texts = Strings(Recorded["texts"]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Cases() => [.. Recorded["cases"]!.AsArray().Select(row => (string)row!["name"]!)];

    [Theory, MemberData(nameof(Cases))]
    public void A_folder_is_read_as_transformers_reads_it(string name) =>
        AssertExpected(Write(name), AutoTokenizer.FromPretrained(_folder.Path));

    [Theory, MemberData(nameof(Cases))]
    public void A_folder_that_was_saved_is_read_back_the_same(string name)
    {
        var expected = Write(name);
        AutoTokenizer.FromPretrained(_folder.Path).SavePretrained(_folder.File("saved"));
        AssertExpected(expected, AutoTokenizer.FromPretrained(_folder.File("saved")));
    }

    [Fact]
    public void A_model_without_its_tokenizer_says_how_to_save_it()
    {
        File.WriteAllText(_folder.File("config.json"), """{"model_type": "bert"}""");
        FluentActions.Invoking(() => AutoTokenizer.FromPretrained(_folder.Path))
            .Should().ThrowExactly<TokenizerException>()
            .WithMessage($"*does not contain a tokenizer*tokenizer.SavePretrained(\"{_folder.Path}\").");
    }

    private JsonNode Write(string name)
    {
        var row = Recorded["cases"]!.AsArray().Single(row => (string?)row!["name"] == name)!;
        foreach (var (file, content) in row["files"]!.AsObject())
        {
            if (content is JsonObject && (string?)content["base64"] is { } base64)
                File.WriteAllBytes(_folder.File(file), Convert.FromBase64String(base64));
            else
                File.WriteAllText(_folder.File(file), content is JsonValue ? (string)content! : content!.ToJsonString());
        }
        return row["expected"]!;
    }

    private static void AssertExpected(JsonNode expected, Tokenizer tokenizer)
    {
        tokenizer.ModelInputNames.Should().Equal(Strings(expected["model_input_names"]));
        tokenizer.SpecialTokensMap
            .Should().Equal(expected["special_tokens_map"]!.AsObject().ToDictionary(entry => entry.Key, entry => (string)entry.Value!));
        tokenizer.ExtraSpecialTokens.Should().Equal(Strings(expected["extra_special_tokens"]));
        tokenizer.AllSpecialTokens.Order(StringComparer.Ordinal)
            .Should().Equal(Strings(expected["all_special_tokens"]).Order(StringComparer.Ordinal));     // files are sorted by name
        Assert.Equal((string)expected["padding_side"]! == "left" ? PaddingSide.Left : PaddingSide.Right, tokenizer.PaddingSide);
        Assert.Equal((string)expected["truncation_side"]! == "left" ? TruncationSide.Left : TruncationSide.Right, tokenizer.TruncationSide);
        Assert.Equal((int?)(double?)expected["model_max_length"], tokenizer.ModelMaxLength);
        Assert.Equal(Lines(expected["added_tokens"]!.AsObject().Select(entry => $"{entry.Key} {Describe(entry.Value!)}")),
            Lines(tokenizer.AddedTokensDecoder.Select(entry => $"{entry.Key} {Describe(entry.Value)}")));
        Assert.Equal((int)expected["length"]!, tokenizer.Count);
        for (var i = 0; i < Texts.Length; i++)
        {
            var encoding = tokenizer.Encode(Texts[i], truncation: TruncationStrategy.DoNotTruncate);
            Assert.Equal((Texts[i], expected["ids"]![i]!.ToJsonString()), (Texts[i], Numbers(encoding.Ids)));
            Assert.Equal((Texts[i], expected["offsets"]![i]!.ToJsonString()),
                (Texts[i], Numbers(encoding.CodePointOffsets.SelectMany(offset => new[] { offset.Start, offset.End }))));
            Assert.Equal((string)expected["decoded"]![i]!, tokenizer.Decode(encoding.Ids));
            Assert.Equal((string)expected["decoded_without_special"]![i]!, tokenizer.Decode(encoding.Ids, skipSpecialTokens: true));
        }
        var pair = tokenizer.Encode([Texts[0]], [Texts[1]]);
        Assert.Equal(expected["pair"]!.ToJsonString(), Numbers(pair.InputIds[0]));
        if (expected["pair_types"] is { } types)
            Assert.Equal(types.ToJsonString(), Numbers(pair["token_type_ids"][0]));
    }

    private static string Describe(JsonNode token) => Describe(new AddedToken((string)token["content"]!)
    {
        SingleWord = (bool)token["single_word"]!,
        LStrip = (bool)token["lstrip"]!,
        RStrip = (bool)token["rstrip"]!,
        Special = (bool)token["special"]!,
        Normalized = (bool)token["normalized"]!,
    });

    private static string Describe(AddedToken token) =>
        $"{token.Content} single_word={token.SingleWord} lstrip={token.LStrip} rstrip={token.RStrip} normalized={token.Normalized} "
        + $"special={token.Special}";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);

    private static string[] Strings(JsonNode? list) => [.. list!.AsArray().Select(item => (string)item!)];

    private static string Numbers(IEnumerable<int> numbers) => $"[{string.Join(',', numbers)}]";
}
