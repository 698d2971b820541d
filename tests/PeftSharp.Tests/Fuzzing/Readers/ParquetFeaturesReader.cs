using Apache.Arrow.Types;
using PeftSharp.Tests.Data.Parquet;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The features that datasets stores as JSON in the metadata of Parquet files.</summary>
internal sealed class ParquetFeaturesReader : DataReader
{
    internal override int ShortCount => 300;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => [new("features", "features.json", FuzzFixtures.Utf8("""
        {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "text": {"dtype": "string", "_type": "Value"},
        "list": {"feature": {"names": ["O", "B"], "_type": "ClassLabel"}, "length": -1, "_type": "Sequence"}}}}
        """))];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        var features = File.ReadAllText(file).Replace("\0", "", StringComparison.Ordinal);
        ParquetFiles.Write(Path.Combine(folder, "data.parquet"),
        [
            ("label", ParquetFiles.Int64(0, 1)), ("text", ParquetFiles.Text("a", "b")),
            ("list", ParquetFiles.Lists(new ListType(Int64Type.Default), ParquetFiles.Int64(0, 1), 1, 1)),
        ], metadata: new Dictionary<string, string> { ["huggingface"] = features });
        base.Read(folder, Path.Combine(folder, "data.parquet"));
    }
}
