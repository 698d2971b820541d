using PeftSharp.Models;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>vocab.txt, vocab.json, merges.txt and tiktoken files.</summary>
internal sealed class VocabularyFileReader : FuzzReader
{
    internal override int ShortCount => 120;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        from folder in FuzzFixtures.TokenizerFolders()
        from file in folder.Files.Keys
        where file is "vocab.txt" or "vocab.json" or "merges.txt" || file.EndsWith(".tiktoken", StringComparison.Ordinal)
            || (file.EndsWith(".model", StringComparison.Ordinal) && SentencePieceReader.IsTiktoken(folder.Files[file]))
        select FuzzFixtures.Seed(folder.Name, file,
            folder.Files.Where(other => other.Key != "tokenizer.json").ToDictionary(other => other.Key, other => other.Value));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        seed.FileName.EndsWith(".json", StringComparison.Ordinal) ? JsonMutator.Mutate(random, seed)
            : TextMutator.Mutate(random, seed.Content, "#version: 0.2", "[UNK]", "[PAD]", " ", "\0", "-1", "9999999999", "AAAA", "=", "Ġ");

    internal override void Read(string folder, string file) => TokenizerJsonReader.Use(AutoTokenizer.FromPretrained(folder));
}
