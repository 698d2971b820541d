using System.Buffers.Binary;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Safetensors files: the header and all tensors.</summary>
internal sealed class WeightsReader : FuzzReader
{
    internal override int ShortCount => 1000;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => FuzzFixtures.Folders("reference", "peft").Take(6)
        .Select(folder => Path.Combine(folder, "adapter")).Where(Directory.Exists)
        .Select(folder => FuzzSeed.OfFolder(folder, "adapter_model.safetensors", _ => false))
        .Append(new FuzzSeed("types", "adapter_model.safetensors", Types()));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed)
    {
        const int LengthBytes = 8;
        if (random.OneIn(4)) return ByteMutator.Mutate(random, seed.Content);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(seed.Content);
        var header = seed.Content[LengthBytes..(LengthBytes + length)];
        header = random.OneIn(2) ? ByteMutator.Mutate(random, header) : JsonMutator.Mutate(random, JsonTree.Parse(header));
        var data = seed.Content[(LengthBytes + length)..];
        if (random.OneIn(5)) data = ByteMutator.Mutate(random, data);
        var prefix = new byte[LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, random.OneIn(15) ? random.Next(-5, header.Length + 9) : header.Length);
        return [.. prefix, .. header, .. data];
    }

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        using (var open = SafetensorsFile.Open(file))
            foreach (var name in open.Tensors.Keys) open.Read(name).sum().to(ScalarType.Float32).item<float>();
        Safetensors.Load(file);
    }

    private static byte[] Types()
    {
        const string Header = """
            {"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"BF16","shape":[1,2],
            "data_offsets":[6,10]},"c":{"dtype":"I64","shape":[],"data_offsets":[10,18]},
            "d":{"dtype":"BOOL","shape":[2],"data_offsets":[18,20]},"e":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[20,24]},
            "f":{"dtype":"F64","shape":[0,5],"data_offsets":[24,24]},
            "g":{"dtype":"U8","shape":[2,2],"data_offsets":[24,28]},"h":{"dtype":"F8_E5M2","shape":[1],"data_offsets":[28,29]}}
            """;
        return Serialization.SafetensorsBytes.Pack(Header, new byte[29]);
    }
}
