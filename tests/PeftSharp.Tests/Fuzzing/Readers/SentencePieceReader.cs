using PeftSharp.Models;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>SentencePiece models.</summary>
internal sealed class SentencePieceReader : FuzzReader
{
    internal override int ShortCount => 300;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        from folder in FuzzFixtures.TokenizerFolders()
        from file in folder.Files.Keys
        where file.EndsWith(".model", StringComparison.Ordinal) && !IsTiktoken(folder.Files[file])
        select FuzzFixtures.Seed(folder.Name, file,
            folder.Files.Where(other => other.Key != "tokenizer.json").ToDictionary(other => other.Key, other => other.Value));

    /// <summary>Some folders store a tiktoken file under this name.</summary>
    internal static bool IsTiktoken(byte[] content) => content.Length > 4 && content.Take(4).All(value => value is > 32 and < 127);

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => ProtobufMutator.Mutate(random, seed.Content);

    internal override void Read(string folder, string file) => TokenizerJsonReader.Use(AutoTokenizer.FromPretrained(folder));
}
