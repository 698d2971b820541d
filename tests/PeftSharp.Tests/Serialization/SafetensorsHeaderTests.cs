using System.Text;
using PeftSharp.Serialization;

namespace PeftSharp.Tests.Serialization;

public sealed class SafetensorsHeaderTests
{
    private const string F32 = """{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""";

    /// <summary>The result of safetensors 0.8 for each header.</summary>
    [Theory]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, "tensor 'a' of F4 with shape [3] requires 12 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4611686018427387904],"data_offsets":[0,4]}}""", 4,
        "requires 0 bytes, but its data_offsets span 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,0]}}""", 0,
        "does not fit into 64 bits")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2305843009213693952],"data_offsets":[0,4]}}""", 4, "does not fit into 64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]}}""", 4,
        "shape of tensor 'a' contains 18446744073709551616")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}""", 0, "shape of tensor 'a' contains -0")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "shape of tensor 'a' is not an array of non-negative integers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "data_offsets has 1 element, but two")]
    [InlineData("""{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "unknown dtype 'f32'")]
    [InlineData("""{"a":{"dtype":3,"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype of tensor 'a' is not a string")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has more than one dtype")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has no dtype")]
    [InlineData("""{"a":null}""", 0, "tensor 'a' is not an object")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "its header contains '__metadata__' more than once")]
    [InlineData("""{"__metadata__":[]}""", 0, "'__metadata__' is not an object of strings")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "a string that is not valid Unicode")]
    [InlineData("""{} x""", 0, "not valid JSON")]
    [InlineData("""{"a":1,}""", 0, "tensor 'a' is not an object")]
    [InlineData("""{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
        "tensor 'b' starts at byte 4 instead of byte 0")]
    public void A_broken_rule_is_named_with_file_and_tensor(string header, int dataBytes, string rule)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights");
        File.WriteAllBytes(path, SafetensorsBytes.Pack(header, new byte[dataBytes]));
        FluentActions.Invoking(() => SafetensorsFile.Open(path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll(path, rule);
    }

    [Theory]
    [InlineData("""{"__metadata__":null}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"\u0061":{"data_offsets":[0,3],"shape":[4],"dtype":"F6_E2M3"}}""", 3)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":[{"y":[null]}]}}""", 4)]
    [InlineData("{\"e\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]},\n\t\"d\":" + F32 + "} \r\n", 4)]
    public void What_the_reference_reader_accepts_is_accepted(string header, int dataBytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("weights"), SafetensorsBytes.Pack(header, new byte[dataBytes]));
        using var file = SafetensorsFile.Open(folder.File("weights"));
        Assert.Equal(dataBytes, file.Tensors.Values.Sum(entry => entry.Length));
    }

    [Fact]
    public void The_error_about_a_missing_file_lists_the_existing_files()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("other.txt"), "");
        FluentActions.Invoking(() => SafetensorsFile.Open(folder.File("weights")))
            .Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("the folder '" + folder.Path + "' contains other.txt");
    }

    [Fact]
    public void A_damaged_header_is_read_as_a_valid_file_or_throws_a_CheckpointException()
    {
        const int mutations = 20_000;
        (string Header, int Data)[] seeds =
        [
            ("""{"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":"""
                + """{"dtype":"I64","shape":[],"data_offsets":[24,32]}}  """, 32),
            ("{\"ü\":" + F32 + "}", 4),
        ];
        var random = new Random(7);
        var (sound, refused) = (0, 0);
        for (var i = 0; i < mutations; i++)
        {
            var (header, data) = seeds[random.Next(seeds.Length)];
            var bytes = Mutate(Encoding.UTF8.GetBytes(header), data, random);
            try
            {
                var length = SafetensorsHeader.ReadLength("fuzz", bytes.AsSpan(0, Math.Min(8, bytes.Length)), bytes.Length);
                var read = SafetensorsHeader.Parse("fuzz", bytes.AsSpan(8, length), bytes.Length);
                foreach (var entry in read.Tensors.Values)
                    (read.DataStart + entry.Start + entry.Length).Should().BeInRange(0, bytes.Length);
                sound++;
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }
        sound.Should().BePositive("the mutations produce valid headers too");
        refused.Should().BePositive("the mutations produce invalid headers too");
    }

    /// <summary>A damaged header with a length that fits it, or, now and then, a damaged length.</summary>
    private static byte[] Mutate(byte[] header, int dataBytes, Random random)
    {
        string[] pieces = ["{", "}", "[", "]", "\"", ",", ":", "-1", "1e3", "99999999999999999999", "null", "\\u", "\\ud800", "\"shape\"",
            "\"dtype\"", "\0", "\xff", " "];
        var bytes = header.ToList();
        for (var edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(pieces[random.Next(pieces.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.Slice(at, Math.Min(random.Next(1, 60), bytes.Count - at)).ToArray());
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        var file = SafetensorsBytes.Pack([.. bytes], new byte[dataBytes]);
        if (random.Next(8) == 0)
            file[random.Next(8)] ^= (byte)(1 << random.Next(8));
        return random.Next(8) == 0 ? file[..random.Next(file.Length)] : file;
    }
}
