using System.Text.Json.Nodes;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Serialization;

[Trait("Category", "Parity")]
public sealed class SafetensorsParityTests
{
    [SkippableFact]
    public void The_reference_reader_accepts_and_rejects_the_same_recorded_files()
    {
        foreach (var verdicts in Recordings.Files("verdicts.json"))
        {
            var folder = Path.GetDirectoryName(verdicts)!;
            foreach (var (name, verdict) in JsonFile.Read(verdicts)["files"]!.AsObject())
                AssertVerdict(Path.Combine(folder, $"{name}.safetensors"), verdict!.AsObject());
        }
    }

    [SkippableFact]
    public void What_was_read_is_written_again_byte_by_byte()
    {
        using var folder = new TemporaryFolder();
        var compared = 0;
        foreach (var path in Recordings.Files("*.safetensors"))
        {
            if (Path.GetFileName(path).StartsWith("bad-", StringComparison.Ordinal) || !IsSaved(path))
                continue;
            using var file = SafetensorsFile.Open(path);
            if (file.Tensors.Values.Any(entry => entry.ScalarType is null))
                continue;
            using var scope = NewDisposeScope();
            Safetensors.Save(folder.File("again"), Safetensors.Load(path).Reverse(), file.Metadata);
            File.ReadAllBytes(folder.File("again")).Should().Equal(File.ReadAllBytes(path), "{0} is written again", path);
            compared++;
        }
        Skip.If(compared == 0, "no file of torch's dtypes among the recordings");
    }

    /// <summary>
    /// The reference writer fills the header up to eight bytes; files packed by hand, and those without metadata, are not what a save
    /// writes.
    /// </summary>
    private static bool IsSaved(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return BitConverter.ToInt64(bytes) % 8 == 0 && bytes.AsSpan(8).StartsWith("{\"__metadata__\":{"u8);
    }

    private static void AssertVerdict(string path, JsonObject verdict)
    {
        if (!verdict["reads"]!.GetValue<bool>())
        {
            FluentActions.Invoking(() => SafetensorsFile.Open(path))
                .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(path);
            return;
        }
        using var file = SafetensorsFile.Open(path);
        var expected = verdict["tensors"]!.AsObject().Select(
            pair => $"{pair.Key} {pair.Value![0]} [{string.Join(",", pair.Value[1]!.AsArray())}]");
        var actual = file.Tensors.Values.Select(entry => $"{entry.Name} {entry.Dtype} [{string.Join(",", entry.Shape)}]");
        actual.Order(StringComparer.Ordinal).Should().Equal(expected.Order(StringComparer.Ordinal));
        var metadata = verdict["metadata"]?.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>()) ?? [];
        file.Metadata.Should().Equal(metadata);
    }
}
