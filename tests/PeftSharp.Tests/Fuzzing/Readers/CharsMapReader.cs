using System.Text.Json.Nodes;
using PeftSharp.Models;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The bytes of the normalizer Precompiled (the double-array trie of SentencePiece) in tokenizer.json.</summary>
internal sealed class CharsMapReader : FuzzReader
{
    private const string Before = "{\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"";

    internal override int ShortCount => 100;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        var maps = ((string[])["tiny-t5", "tiny-xlmr"]).Select(name => FuzzFixtures.Json("tokenizers", name, "tokenizer.json"))
            .SelectMany(json => Normalizers(json["normalizer"])).Select(normalizer => (string?)normalizer["precompiled_charsmap"])
            .OfType<string>().Distinct(StringComparer.Ordinal);
        return maps.Select(map => new FuzzSeed($"map of {map.Length}", "tokenizer.json", Convert.FromBase64String(map)));
    }

    private static IEnumerable<JsonNode> Normalizers(JsonNode? node) => node is null ? []
        : node["normalizers"] is JsonArray list ? list.SelectMany(Normalizers) : [node];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed)
    {
        // Half of the changes are in the length of the trie and its first units, through which every text goes.
        var map = ByteMutator.Mutate(random, seed.Content, 0, random.OneIn(2) ? 2000 : null);
        return [.. FuzzFixtures.Utf8(Before + Convert.ToBase64String(map) + "\"}, "),
            .. "\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\": \"a\"}}"u8];
    }

    internal override void Read(string folder, string file) => TokenizerJsonReader.Use(AutoTokenizer.FromPretrained(folder));
}
