using PeftSharp.Models;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>tokenizer_config.json, special_tokens_map.json, added_tokens.json and config.json beside a tokenizer.</summary>
internal sealed class TokenizerConfigReader : FuzzReader
{
    internal override int ShortCount => 200;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        from folder in FuzzFixtures.TokenizerFolders()
        from file in folder.Files.Keys
        where file.EndsWith(".json", StringComparison.Ordinal) && file is not "tokenizer.json" and not "vocab.json"
        select FuzzFixtures.Seed(folder.Name, file, folder.Files);

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file) => TokenizerJsonReader.Use(AutoTokenizer.FromPretrained(folder));
}
