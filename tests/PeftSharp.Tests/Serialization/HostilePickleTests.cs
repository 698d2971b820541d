using System.IO.Compression;
using PeftSharp.Serialization;

namespace PeftSharp.Tests.Serialization;

/// <summary>Pickles that torch.save does not write: they are refused before memory is taken, and nothing in them is run.</summary>
public sealed class HostilePickleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Programs => new()
    {
        { "cos\nsystem\n(X\u0002\0\0\0lstR.", "'os.system'" },
        { "cposix\nsystem\n.", "'posix.system'" },
        { "cbuiltins\neval\n(X\u0001\0\0\01tR.", "'builtins.eval'" },
        { "c__builtin__\ngetattr\n.", "'__builtin__.getattr'" },
        { "ctorch\nload\n.", "'torch.load'" },
        { "ctorch._utils\n_rebuild_tensor_v2.evil\n.", "'torch._utils._rebuild_tensor_v2.evil'" },
        { "cnumpy.core.multiarray\n_reconstruct\n.", "'numpy.core.multiarray._reconstruct'" },
        { "X\u0002\0\0\0osX\u0006\0\0\0system\u0093.", "'os.system'" },
        { "(ios\nsystem\n.", "INST" },
        { "(cos\nsystem\no.", "'os.system'" },
        { "(ctorch\nFloatStorage\no.", "OBJ" },
        { "ctorch\nFloatStorage\n)R.", "calls 'torch.FloatStorage'" },
        { "K\u0001)R.", "calls a value" },
        { "ccollections\nOrderedDict\n)\u0081.", "NEWOBJ" },
        { "ccollections\nOrderedDict\n)}\u0092.", "NEWOBJ_EX" },
        { "ccollections\nOrderedDict\nK\u0001R.", "not a function" },
        { "ccollections\nOrderedDict\n)RX\u0001\0\0\0ab.", "attributes" },
        { "ctorch\nFloatStorage\n}b.", "attributes" },
        { "]}b.", "attributes" },
        { "\u0082\u0001.", "EXT" },
        { "\u0083\u0001\0.", "EXT" },
        { "\u0084\u0001\0\0\0.", "EXT" },
        { "P0\n.", "PERSID" },
        { "K\u0001Q.", "persistent reference" },
        { "(X\u0006\0\0\0modulectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0001tQ.", "persistent reference" },
        { "(X\u0007\0\0\0storagectorch\nfloat32\nX\u0001\0\0\00X\u0003\0\0\0cpuJ\xff\xff\xff\xfftQ.", "-1 elements" },
        { "(X\u0007\0\0\0storageccollections\nOrderedDict\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0001tQ.", "type of a storage" },
        { "\u0097.", "NEXT_BUFFER" },
        { "\u0098.", "READONLY_BUFFER" },
        { "I1\n.", "protocol 0" },
        { "\u008b\xff\xff\xff\x7f.", "an integer has 2147483647 bytes" },
        { "\u008a\xff.", "an integer has 255 bytes" },
        { "X\xff\xff\xff\xff.", "4294967295 bytes is announced" },
        { "\u008d\xff\xff\xff\xff\xff\xff\xff\xff.", "bytes is announced" },
        { "\u008e\0\0\0\0\0\0\0\u0010.", "bytes is announced" },
        { "B\0\0\0\u0010.", "bytes is announced" },
        { "X\u0002\0\0\0\xc3\x28.", "UTF-8" },
        { "h\u0000.", "stored value" },
        { "j\xff\xff\xff\xff.", "stored value" },
        { ".", "0 values" },
        { "NN.", "2 values" },
        { "(N.", "1 value and 1 mark" },
        { "t.", "mark" },
        { "(R.", "not enough values on the stack" },
        { "N(\u0085.", "not enough values on the stack" },
        { "K\u0001K\u0002a.", "a list" },
        { "]K\u0001K\u0002s.", "a dictionary" },
        { "}(K\u0001u.", "has no value" },
        { "}]K\u0001s.", "a key" },
        { "}}K\u0001s.", "a key" },
        { "}NK\u0001s.", "a key" },
        { "\u008f(]\u0090.", "a key" },
        { "c" + new string('a', 2000) + "\n.", "longer than" },
        { "ccollections\nOrderedDict\n(]K\u0001atR.", "arguments" },
        { "ctorch._utils\n_rebuild_tensor_v2\n)R.", "arguments" },
        { "ctorch._utils\n_rebuild_parameter\n(K\u0001tR.", "arguments" },
        { "c_codecs\nencode\n(X\u0001\0\0\0aX\u0003\0\0\0hextR.", "arguments" },
        { "Z.", "0x5a" },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_pickle_that_is_not_data_is_refused_by_the_name_of_what_it_contains(string program, string message) =>
        Refused(PickleBytes.Of(program).Zip(), message);

    [Fact]
    public void Other_protocols_are_refused()
    {
        Refused(Archive([0x80, 1, (byte)'N', (byte)'.']), "protocol is 1");
        Refused(Archive([0x80, 6, (byte)'N', (byte)'.']), "protocol is 6");
        Refused(Archive([(byte)'N', (byte)'.']), "does not start with a protocol");
    }

    [Fact]
    public void Calls_cannot_copy_a_stored_value_without_end()
    {
        var program = PickleBytes.Of("](");
        for (var i = 0; i < 50_000; i++) program.Add("K\u0001");
        program.Add("eq\u0001", "c__builtin__\nset\nq\u0002");
        for (var i = 0; i < 1000; i++) program.Add("h\u0002(h\u0001tR");
        Refused(program.Add("t.").Zip(), "copy more than");
    }

    [Fact]
    public void A_pickle_with_too_many_instructions_is_refused()
    {
        var program = PickleBytes.Of(new byte[3_000_000]);
        Refused(PickleBytes.Of(Enumerable.Repeat((byte)']', 3_000_000).ToArray()).Zip(), "instructions");
        program.ToArray().Should().HaveCount(3_000_002);
    }

    [Fact]
    public void A_list_that_contains_itself_and_deep_nesting_are_read_without_recursion()
    {
        Refused(PickleBytes.Of("]q\u0001h\u0001a.").Zip(), "contains no dictionary");
        Refused(PickleBytes.Of(new string(']', 500_000), new string('a', 499_999), ".").Zip(), "contains no dictionary");
        var nested = PickleBytes.Of("]q\u0001", ")q\u0002");
        for (var i = 0; i < 100; i++) nested.Add("h\u0002h\u0002\u0086q\u0002");
        Refused(nested.Add("\u0086\u0086.").Zip(), "values");
    }

    public static TheoryData<long[], long[], long, long, string> Views => new()
    {
        { [4], [1], 1, 4, "ends outside" },
        { [5], [1], 0, 4, "more elements" },
        { [2, 2], [3, 1], 0, 4, "ends outside" },
        { [2, 2], [long.MaxValue, long.MaxValue], 0, 4, "ends outside" },
        { [4], [-1], 3, 4, "must not be negative" },
        { [-1], [1], 0, 4, "must not be negative" },
        { [1], [1], -1, 4, "must not be negative" },
        { [1], [1], long.MaxValue, 4, "ends outside" },
        { [], [], 4, 4, "ends outside" },
        { [1 << 30], [0], 0, 4, "more elements" },
        { [2, 4], [0, 1], 0, 4, "more elements" },
        { [0, long.MaxValue, long.MaxValue], [1, 1, 1], 0, 4, "does not fit into 64 bits" },
        { [2], [1, 1], 0, 4, "the number of strides must equal" },
        { [4], [1], 0, 5, "should have 20 bytes, but its entry has 16" },
        { [4], [1], 0, 3, "more elements" },
        { [1], [1], 0, 3, "should have 12 bytes" },
        { [1], [1], 0, long.MaxValue, "elements" },
        { [1], [1], 0, -1, "-1 elements" },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void A_tensor_outside_its_storage_is_refused(long[] shape, long[] strides, long offset, long elements, string message) =>
        Refused(
            PickleBytes.Dictionary(PickleBytes.Tensor(shape, strides, offset, elements)).Zip(entries: ("x/data/0", new byte[16])), message);

    [Fact]
    public void A_tensor_may_overlap_as_long_as_it_has_no_more_elements_than_its_storage()
    {
        using var file = PyTorchFile.Open(Write(
            PickleBytes.Dictionary(PickleBytes.Tensor([2, 2], [1, 1])).Zip(entries: ("x/data/0", new byte[16]))));
        using var tensor = file.Read("w");
        tensor.shape.Should().Equal(2, 2);
    }

    [Fact]
    public void Too_many_dimensions_are_refused() =>
        Refused(PickleBytes.Dictionary(PickleBytes.Tensor(new long[65], new long[65])).Zip(), "65 dimensions");

    [Theory]
    [InlineData("QInt8Storage", "'torch.QInt8Storage'")]
    [InlineData("ComplexDoubleStorage", "'torch.ComplexDoubleStorage'")]
    public void Types_without_a_counterpart_are_refused_by_name(string type, string message) =>
        Refused(PickleBytes.Dictionary(PickleBytes.Tensor([1], [1], type: type)).Zip(entries: ("x/data/0", new byte[16])), message);

    [Fact]
    public void A_storage_cannot_have_two_types() => Refused(PickleBytes.Of(
        "}", PickleBytes.Text("a"), PickleBytes.Tensor([1], [1]), "s",
        PickleBytes.Text("b"), PickleBytes.Tensor([1], [1], type: "IntStorage"), "s.")
        .Zip(entries: ("x/data/0", new byte[16])), "two types");

    [Fact]
    public void Storages_are_entries_of_the_archive_and_no_other_files()
    {
        var tensor = PickleBytes.Dictionary(PickleBytes.Tensor([1], [1]));
        Refused(tensor.Zip(), "lacks the entry 'data/0'");
        Refused(tensor.Zip(entries: ("y/data/0", new byte[16])), "lacks the entry");
        Refused(tensor.Zip(CompressionLevel.Optimal, ("x/data/0", new byte[16])), "compressed");
        Refused(tensor.Zip(entries: [("x/data/0", new byte[16]), ("x/byteorder", "big"u8.ToArray())]), "byte order is 'big'");
        Refused(tensor.Zip(entries: [("x/data/0", new byte[16]), ("y/data.pkl", [])]), "exactly one entry");
        Refused(tensor.Zip(entries: [("x/data/0", new byte[16]), ("x/code/__torch__.py", [])]), "TorchScript");
        Refused(tensor.Zip(entries: [("x/data/0", new byte[16]), ("x/data/0", new byte[16])]), "twice");
    }

    [Fact]
    public void Sizes_in_the_directory_are_compared_with_the_file()
    {
        var bytes = PickleBytes.Dictionary(PickleBytes.Tensor([4], [1])).Zip(entries: ("x/data/0", new byte[16]));
        var directory = bytes.AsSpan().LastIndexOf("PK\x01\x02"u8);
        foreach (var (offset, message) in new[] { (20, "compressed"), (24, "compressed"), (42, "outside the file") })
        {
            var changed = bytes.ToArray();
            changed[directory + offset + 3] = 0x7f;
            Refused(changed, message);
        }
        var both = bytes.ToArray();
        (both[directory + 23], both[directory + 27]) = (0x7f, 0x7f);
        Refused(both, "after the end of the file");
    }

    [Fact]
    public void A_dictionary_without_tensors_and_no_dictionary_are_refused()
    {
        Refused(PickleBytes.Of("}", PickleBytes.Text("state"), "K\u0001s.").Zip(), "without tensors");
        Refused(PickleBytes.Of("K\u0001.").Zip(), "contains no dictionary");
    }

    private static byte[] Archive(byte[] pickle)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("x/data.pkl", CompressionLevel.NoCompression).Open();
            entry.Write(pickle);
        }
        return stream.ToArray();
    }

    private string Write(byte[] bytes)
    {
        var path = _folder.File("hostile.bin");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private void Refused(byte[] bytes, string message) => FluentActions.Invoking(() => PyTorchFile.Open(Write(bytes)))
        .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(message);
}
