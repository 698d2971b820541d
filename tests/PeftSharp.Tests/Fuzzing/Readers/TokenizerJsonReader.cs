using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>tokenizer.json with every component, and texts.</summary>
internal sealed class TokenizerJsonReader : FuzzReader
{
    private static readonly string[] _texts =
        ["", "Hello  the cat's café\u0301 😀 [MASK]", "<s> 中文 ｆ１２ \ud800 ▁x\t\n\0", new('a', 300)];

    internal override int ShortCount => 250;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        ((string[])["components.json", "nested.json"]).SelectMany(file => FuzzFixtures.Json("tokenizers", file)["cases"]!.AsArray()
            .Select(row => new FuzzSeed((string)row!["name"]!, "tokenizer.json", FuzzFixtures.Utf8(row["tokenizer"]!.ToJsonString()))))
        .Concat(FuzzFixtures.Json("tokenizers", "components.json")["decoders"]!.AsArray().Select(Decoder))
        .Concat(FuzzFixtures.TokenizerFolders().Where(folder => folder.Files.ContainsKey("tokenizer.json"))
            .Select(folder => FuzzFixtures.Seed(folder.Name, "tokenizer.json", folder.Files)));

    private static FuzzSeed Decoder(JsonNode? row) => new((string)row!["name"]!, "tokenizer.json", FuzzFixtures.Utf8(new JsonObject
    {
        ["model"] = new JsonObject
        {
            ["type"] = "WordLevel", ["vocab"] = new JsonObject { ["a"] = 0, ["<0xE2>"] = 1, ["▁b"] = 2, ["##c"] = 3, ["Ġd"] = 4 },
            ["unk_token"] = "a",
        },
        ["decoder"] = row["decoder"]?.DeepClone(),
    }.ToJsonString()));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        var tokenizer = AutoTokenizer.FromPretrained(folder);
        Use(tokenizer);
        var saved = Path.Combine(folder, "saved");
        tokenizer.SavePretrained(saved);
        AutoTokenizer.FromPretrained(saved);
    }

    /// <summary>Encodes and decodes. The text may be refused if the vocabulary does not contain it.</summary>
    internal static void Use(Tokenizer tokenizer)
    {
        foreach (var text in _texts)
            try
            {
                var ids = tokenizer.Encode(text, truncation: true, maxLength: 64).Ids;
                tokenizer.Decode(ids);
                tokenizer.Decode(ids, skipSpecialTokens: true);
            }
            catch (ArgumentException) { }
        tokenizer.Decode(Enumerable.Range(0, Math.Min(tokenizer.Count, 50)));
    }
}
