using System.Runtime.CompilerServices;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Serialization;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Weights => _folder.File("weights.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_mapped_tensor_has_the_values_and_outlives_the_file_object()
    {
        using var scope = NewDisposeScope();
        var written = arange(1000, float32).reshape(10, 100);
        Safetensors.Save(Weights, [("w", written)]);
        Tensor mapped;
        using (var file = SafetensorsFile.Open(Weights))
            mapped = file.Map("w");
        var view = mapped[3];
        mapped.Dispose();
        Assert.True(view.equal(written[3]).all().item<bool>());
    }

    [SkippableFact]
    public void The_pages_are_unmapped_with_the_last_tensor_that_uses_them()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux tells what is mapped");
        Safetensors.Save(Weights, [("w", ones(4))]);
        Tensor view;
        using (var file = SafetensorsFile.Open(Weights))
        using (var first = file.Map("w"))
        using (var second = file.Map("w"))
            view = second[0];
        Assert.True(IsMapped(Weights));
        view.Dispose();
        Assert.False(IsMapped(Weights));
    }

    [SkippableFact]
    public void The_pages_are_unmapped_even_if_the_tensor_is_not_disposed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux tells what is mapped");
        Safetensors.Save(Weights, [("w", ones(4))]);
        MapAndForget();
        for (var i = 0; i < 100 && IsMapped(Weights); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(IsMapped(Weights));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MapAndForget()
    {
        using var file = SafetensorsFile.Open(Weights);
        Assert.Equal(1, file.Map("w")[0].item<float>());
    }

    [Fact]
    public void Writing_through_a_mapped_tensor_leaves_the_file_as_it_was()
    {
        Safetensors.Save(Weights, [("w", ones(4))]);
        var bytes = File.ReadAllBytes(Weights);
        using (var file = SafetensorsFile.Open(Weights))
        using (var mapped = file.Map("w"))
        {
            mapped.fill_(7);
            Assert.Equal(7, mapped[0].item<float>());
            using var read = file.Read("w");
            Assert.Equal(1, read[0].item<float>());
        }
        File.ReadAllBytes(Weights).Should().Equal(bytes);
    }

    [Fact]
    public void A_mapped_tensor_makes_no_copy()
    {
        Safetensors.Save(Weights, [("w", ones(4))]);
        using var file = SafetensorsFile.Open(Weights);
        using var first = file.Map("w");
        using var second = file.Map("w");
        first.fill_(7);
        Assert.Equal(7, second[0].item<float>());
    }

    [Fact]
    public void Where_the_file_does_not_align_a_tensor_it_is_copied()
    {
        var header = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        header += new string(' ', (9 - header.Length % 8) % 8);   // one byte past the alignment
        File.WriteAllBytes(Weights, SafetensorsBytes.Pack(header, BitConverter.GetBytes(1.5f)));
        using var file = SafetensorsFile.Open(Weights);
        using var first = file.Map("a");
        first.fill_(7);
        using var second = file.Map("a");
        Assert.Equal(1.5f, second.item<float>());
    }

    [Fact]
    public void Types_that_torch_lacks_are_read_as_bytes_and_refused_as_tensors()
    {
        foreach (var dtype in Enum.GetValues<SafetensorsDtype>().Where(dtype => SafetensorsDtypes.ToScalarType(dtype) is null))
        {
            var bytes = Enumerable.Range(1, SafetensorsDtypes.BitsOf(dtype)).Select(i => (byte)i).ToArray();   // eight elements
            File.WriteAllBytes(Weights,
                SafetensorsBytes.Pack($$$"""{"w":{"dtype":"{{{dtype}}}","shape":[8],"data_offsets":[0,{{{bytes.Length}}}]}}""", bytes));
            using var file = SafetensorsFile.Open(Weights);
            file.Bytes("w").ToArray().Should().Equal(bytes);
            FluentActions.Invoking(() => file.Read("w"))
                .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain($"'w' has dtype {dtype}");
        }
    }

    [Fact]
    public void Copying_converts_the_type_and_reaches_a_transposed_target()
    {
        using var scope = NewDisposeScope();
        var written = arange(6, float32).reshape(2, 3);
        Safetensors.Save(Weights, [("w", written.to(float16))]);
        using var file = SafetensorsFile.Open(Weights);
        foreach (var target in new[] { zeros(2, 3), zeros(3, 2).t(), zeros(2, 3, float16), nn.Parameter(zeros(2, 3)) })
        {
            file.CopyTo("w", target);
            Assert.True(target.to(float32).equal(written).all().item<bool>());
        }
    }

    [Fact]
    public void Copying_broadcasts_nothing()
    {
        using var target = zeros(2, 3);
        Safetensors.Save(Weights, [("bias", ones(3))]);
        using var file = SafetensorsFile.Open(Weights);
        FluentActions.Invoking(() => file.CopyTo("bias", target))
            .Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("tensor 'bias' has shape [3], but [2, 3] is expected");
    }

    [Fact]
    public void The_error_about_an_unknown_name_lists_similar_names()
    {
        Safetensors.Save(
            Weights, [("encoder.layer.0.weight", ones(1)), ("encoder.layer.0.bias", ones(1)), ("head", ones(1)), ("x", ones(1))]);
        using var file = SafetensorsFile.Open(Weights);
        FluentActions.Invoking(() => file.Read("encoder.layer.0.weigth"))
            .Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("the most similar names are 'encoder.layer.0.weight', 'encoder.layer.0.bias'");
    }

    [SkippableFact]
    public void A_file_cut_while_it_is_open_is_an_error()
    {
        Safetensors.Save(Weights, [("w", ones(1000))]);
        using var file = SafetensorsFile.Open(Weights);
        Truncate(Weights, 2000);
        FluentActions.Invoking(() => file.Read("w"))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("ends at byte 2000");
    }

    [Fact]
    public void A_closed_file_cannot_be_read()
    {
        Safetensors.Save(Weights, [("w", ones(1))]);
        var file = SafetensorsFile.Open(Weights);
        file.Dispose();
        file.Dispose();
        FluentActions.Invoking(() => file.Read("w")).Should().ThrowExactly<ObjectDisposedException>();
        FluentActions.Invoking(() => file.Map("w")).Should().ThrowExactly<ObjectDisposedException>();
        FluentActions.Invoking(() => file.Bytes("w").Length).Should().ThrowExactly<ObjectDisposedException>();
    }

    [Fact]
    public void Reading_leaves_no_tensors_behind()
    {
        Safetensors.Save(Weights, [("w", ones(4)), ("half", ones(4, float16))]);
        using var target = zeros(4);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var file = SafetensorsFile.Open(Weights))
        {
            file.Read("w").Dispose();
            file.Map("w").Dispose();
            file.CopyTo("w", target);
            file.CopyTo("half", target);
        }
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static bool IsMapped(string path) => File.ReadAllText("/proc/self/maps").Contains(path, StringComparison.Ordinal);

    /// <summary>Like another program that does not lock the file.</summary>
    private static void Truncate(string path, long length)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems refuse to cut an open file");
        using var process = System.Diagnostics.Process.Start("truncate", ["-s", $"{length}", path]);
        process.WaitForExit();
    }
}
