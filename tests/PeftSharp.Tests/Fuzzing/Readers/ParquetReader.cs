using System.Buffers.Binary;
using Apache.Arrow.Types;
using PeftSharp.Tests.Data.Parquet;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Parquet files of several programs. They are read by native code.</summary>
internal sealed class ParquetReader : DataReader
{
    internal override int ShortCount => 400;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var folder = new TemporaryFolder();
        ParquetFiles.Write(folder.File("arrow.parquet"),
        [
            ("id", ParquetFiles.Int64(1, null, 3, 4)), ("text", ParquetFiles.Text("good", null, "bad", "é🙂")),
            ("tags", ParquetFiles.Lists(new ListType(Int64Type.Default), ParquetFiles.Int64(1, 2, 3, null), 2, 0, null, 2)),
        ], metadata: new Dictionary<string, string>
        {
            ["huggingface"] = """{"info": {"features": {"id": {"dtype": "int64", "_type": "Value"}}}}""",
        });
        return [.. Directory.GetFiles(FuzzFixtures.At("parquet"), "*.parquet").Order(StringComparer.Ordinal)
            .Append(folder.File("arrow.parquet"))
            .Select(path => new FuzzSeed(Path.GetFileName(path), "data.parquet", File.ReadAllBytes(path)))];
    }

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed)
    {
        const int TailBytes = 8;
        if (random.OneIn(8)) return ByteMutator.Mutate(random, seed.Content);
        var length = BinaryPrimitives.ReadInt32LittleEndian(seed.Content.AsSpan(seed.Content.Length - TailBytes));
        var start = seed.Content.Length - TailBytes - length;
        var (data, footer) = (seed.Content[..start], seed.Content[start..^TailBytes]);
        if (random.OneIn(2)) data = ByteMutator.Mutate(random, data, 4);
        else footer = ByteMutator.Mutate(random, footer);
        var tail = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(tail, random.OneIn(12) ? random.Next(int.MinValue, int.MaxValue) : footer.Length);
        return [.. data, .. footer, .. tail, .. "PAR1"u8];
    }
}
