using CsCheck;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Serialization;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Weights => _folder.File("weights.safetensors");

    public void Dispose() => _folder.Dispose();

    private static readonly ScalarType[] Types =
    [
        ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64,
        ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64, ScalarType.ComplexFloat32,
    ];

    [Fact]
    public void Every_type_and_shape_comes_back_as_it_was_written()
    {
        var tensors = Gen.Select(Gen.Int[0, Types.Length - 1], Gen.Long[0, 4].Array[0, 4], Gen.String[Gen.Char.AlphaNumeric, 1, 8],
            (type, shape, name) => (Type: Types[type], Shape: shape, Name: name)).Array[0, 8];
        tensors.Sample(specs =>
        {
            using var scope = NewDisposeScope();
            var written = specs.DistinctBy(spec => spec.Name).ToDictionary(
                spec => spec.Name, spec => (rand(spec.Shape, dtype: float32) * 100).to(spec.Type));
            Safetensors.Save(Weights, written);
            var read = Safetensors.Load(Weights);
            read.Keys.Order().Should().Equal(written.Keys.Order());
            foreach (var (name, tensor) in written) AssertSame(tensor, read[name]);
        }, seed: "0000000000000", iter: 200, threads: 1);
    }

    [Fact]
    public void Views_are_written_as_what_they_show()
    {
        using var scope = NewDisposeScope();
        var all = arange(24, float32).reshape(4, 6);
        var views = new Dictionary<string, Tensor>
        {
            ["t"] = all.t(), ["row"] = all[2], ["column"] = all.select(1, 2), ["expanded"] = ones(1).expand(3, 3),
            ["conjugate"] = complex(ones(2), ones(2)).conj(),
        };
        Safetensors.Save(Weights, views);
        var read = Safetensors.Load(Weights);
        foreach (var (name, view) in views) AssertSame(view.resolve_conj().contiguous(), read[name]);
    }

    [Fact]
    public void Names_are_in_the_order_of_their_code_points()
    {
        // In UTF-16 the first of these would come before the second.
        using var scope = NewDisposeScope();
        Safetensors.Save(Weights, [("\U0001F600", ones(1)), ("\uFFFD", ones(1)), ("a", ones(1)), ("B", ones(1))]);
        using var file = SafetensorsFile.Open(Weights);
        file.Tensors.Keys.Should().Equal("B", "a", "\uFFFD", "\U0001F600");
    }

    [Fact]
    public void Names_and_metadata_can_contain_any_characters()
    {
        using var tensor = ones(1);
        var odd = "q\"b\\s/\b\f\n\r\t\u0001\u007f ü 名 \U0001F600";
        Safetensors.Save(Weights, [(odd, tensor)], new Dictionary<string, string> { [odd] = odd });
        using var file = SafetensorsFile.Open(Weights);
        file.Tensors.Keys.Should().Equal(odd);
        Assert.Equal(odd, file.Metadata[odd]);
    }

    [Fact]
    public void Metadata_is_that_of_torch_unless_given()
    {
        using var tensor = ones(1);
        Safetensors.Save(Weights, [("w", tensor)]);
        using (var file = SafetensorsFile.Open(Weights))
            Assert.Equal("pt", file.Metadata["format"]);
        Safetensors.Save(Weights, [("w", tensor)], new Dictionary<string, string>());
        using var without = SafetensorsFile.Open(Weights);
        without.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void What_the_format_cannot_hold_is_refused_before_anything_is_written()
    {
        using var scope = NewDisposeScope();
        var disposed = ones(1);
        disposed.Dispose();
        var refused = new (string Message, KeyValuePair<string, Tensor>[] Tensors)[]
        {
            ("'w' has dtype ComplexFloat64", [new("w", zeros(2, ScalarType.ComplexFloat64))]),
            ("'w' is sparse", [new("w", eye(2).to_sparse())]),
            ("'w' is on the meta device", [new("w", zeros(2, device: META))]),
            ("'w' is disposed", [new("w", disposed)]),
            ("'w' is null", [new("w", null!)]),
            ("'__metadata__' cannot be the name of a tensor", [new("__metadata__", ones(1))]),
            ("Two tensors have the name 'w'", [new("w", ones(1)), new("w", ones(1))]),
            ("an unpaired surrogate", [new("\ud800", ones(1))]),
        };
        foreach (var (message, tensors) in refused)
            FluentActions.Invoking(() => Safetensors.Save(Weights, tensors))
                .Should().Throw<ArgumentException>().Which.Message.Should().Contain(message);
        _folder.Names.Should().BeEmpty();
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_the_older_file_whole()
    {
        using var small = ones(4);
        using var large = ones(1 << 20);
        Safetensors.Save(Weights, [("w", small)]);
        var before = File.ReadAllBytes(Weights);
        var writer = new SafetensorsWriter([new("w", large)], Safetensors.PyTorchMetadata);
        FluentActions.Invoking(
            () => global::PeftSharp.Internal.AtomicFile.Write(Weights, stream => writer.WriteTo(new FullDisk(stream, room: 100_000))))
            .Should().ThrowExactly<IOException>();
        File.ReadAllBytes(Weights).Should().Equal(before);
        _folder.Names.Should().Equal(Path.GetFileName(Weights));
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        actual.shape.Should().Equal(expected.shape);
        Assert.True(expected.bytes.SequenceEqual(actual.bytes));
    }

    /// <summary>A stream that accepts a limited number of bytes.</summary>
    private sealed class FullDisk(Stream inner, long room) : Stream
    {
        private long _room = room;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _room -= buffer.Length;
            if (_room < 0)
                throw new IOException("No space left on device");
            inner.Write(buffer);
        }
    }
}
