using System.Text.Json.Nodes;
using PeftSharp.Internal;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Serialization;

public sealed class CheckpointTensorsTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";

    private readonly TemporaryFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    /// <summary>Tensors of 40, 40, 400, 20, 40 and 80 bytes.</summary>
    private static Dictionary<string, Tensor> Model(float value = 1) => new()
    {
        ["embed"] = full(10, value),
        ["a.weight"] = full(10, value),
        ["big"] = full(100, value),
        ["a.bias"] = full(5, value),
        ["b.weight"] = full(10, value),
        ["head"] = full(20, value),
    };

    [Fact]
    public void A_model_below_the_limit_is_one_file()
    {
        CheckpointTensors.Save(_folder.File("new/folder"), Model());
        using var checkpoint = CheckpointTensors.Open(_folder.File("new/folder"));
        checkpoint.Files.Should().Equal(_folder.File("new/folder/model.safetensors"));
        checkpoint.Tensors.Keys.Should().Equal(Model().Keys.Order(StringComparer.Ordinal));
        Assert.Equal("pt", checkpoint.Metadata["format"]);
    }

    /// <summary>
    /// The parts that huggingface_hub makes of these sizes: a tensor that is larger than a part is written as a part before the current
    /// one, which is not closed.
    /// </summary>
    [Fact]
    public void A_model_above_the_limit_is_split_as_transformers_splits_it()
    {
        CheckpointTensors.Save(_folder.Path, Model(), maxShardSize: "0.1KB");
        _folder.Names.Should().Equal([.. Enumerable.Range(1, 4).Select(i => $"model-0000{i}-of-00004.safetensors"), Index]);
        var expected = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_parameters"] = 155, ["total_size"] = 620 },
            ["weight_map"] = new JsonObject
            {
                ["a.bias"] = "model-00002-of-00004.safetensors",
                ["a.weight"] = "model-00002-of-00004.safetensors",
                ["b.weight"] = "model-00003-of-00004.safetensors",
                ["big"] = "model-00001-of-00004.safetensors",
                ["embed"] = "model-00002-of-00004.safetensors",
                ["head"] = "model-00004-of-00004.safetensors",
            },
        };
        Assert.Equal(global::PeftSharp.Internal.PythonJson.Dumps(expected) + "\n", File.ReadAllText(_folder.File(Index)));
        using var checkpoint = CheckpointTensors.Open(_folder.Path);
        foreach (var (name, tensor) in Model()) Close.Equal(tensor, checkpoint.Read(name), 0, name);
    }

    [Theory]
    [InlineData("1GB", "0.1KB")]
    [InlineData("0.1KB", "1GB")]
    [InlineData("0.1KB", "100")]
    [InlineData("0.1KB", "200")]
    public void Saving_again_leaves_only_the_new_save(string first, string second)
    {
        File.WriteAllText(_folder.File("config.json"), "{}");
        File.WriteAllText(_folder.File("model-extra.safetensors"), "of somebody else");
        CheckpointTensors.Save(_folder.Path, Model(1), first);
        CheckpointTensors.Save(_folder.Path, Model(2), second);
        using var checkpoint = CheckpointTensors.Open(_folder.Path);
        checkpoint.Tensors.Keys.Should().AllSatisfy(name => checkpoint.Read(name)[0].item<float>().Should().Be(2));
        var expected = checkpoint.Files.Select(Path.GetFileName).Concat(checkpoint.Files.Count > 1 ? [Index] : [])
            .Concat(["config.json", "model-extra.safetensors"]);
        _folder.Names.Should().Equal(expected.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_save_that_fails_leaves_the_older_one_whole()
    {
        CheckpointTensors.Save(_folder.Path, Model(1), "0.1KB");
        var before = _folder.Names.ToList();
        using (var staged = new global::PeftSharp.Internal.StagedFiles())
        {
            staged.Write(_folder.File("model-00001-of-00004.safetensors"), stream => stream.Write("half a save"u8));
            FluentActions.Invoking(
                () => staged.Write(_folder.File("model-00002-of-00004.safetensors"), _ => throw new IOException("No space left on device")))
                .Should().ThrowExactly<IOException>();
        }
        _folder.Names.Should().Equal(before);
        using var checkpoint = CheckpointTensors.Open(_folder.Path);
        Assert.Equal(1, checkpoint.Read("big")[0].item<float>());
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        CheckpointTensors.Save(_folder.Path, Model(), "0.1KB");
        File.Delete(_folder.File("model-00003-of-00004.safetensors"));
        AssertRefused("lists the file 'model-00003-of-00004.safetensors', which is missing");
    }

    [Fact]
    public void The_error_about_a_tensor_that_is_missing_in_its_part_names_it()
    {
        CheckpointTensors.Save(_folder.Path, Model(), "0.1KB");
        ChangeIndex(index => index["weight_map"]!["ghost"] = "model-00002-of-00004.safetensors");
        AssertRefused("lists tensor 'ghost' in 'model-00002-of-00004.safetensors', but that file does not contain it");
        ChangeIndex(index =>
        {
            index["weight_map"]!.AsObject().Remove("ghost");
            index["weight_map"]!["big"] = "model-00002-of-00004.safetensors";
            index["weight_map"]!["x"] = "model-00001-of-00004.safetensors";
        });
        AssertRefused("lists tensor 'big' in 'model-00002-of-00004.safetensors', but it is in");
    }

    [Fact]
    public void A_tensor_in_two_parts_is_named_with_both()
    {
        CheckpointTensors.Save(_folder.Path, Model(), "0.1KB");
        Safetensors.Save(_folder.File("model-00003-of-00004.safetensors"), [("b.weight", ones(1)), ("head", ones(1))]);
        AssertRefused("Tensor 'head' is in");
    }

    [Fact]
    public void A_tensor_that_the_index_gives_twice_is_refused()
    {
        File.WriteAllText(_folder.File(Index), """{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}""");
        AssertRefused("line 1, byte 36: the field 'a' occurs more than once");
    }

    [Theory]
    [InlineData("../x.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/x.safetensors")]
    [InlineData("..\\\\x.safetensors")]
    [InlineData("C:x.safetensors")]
    public void An_index_may_not_leave_its_folder(string file)
    {
        File.WriteAllText(_folder.File(Index), $$$"""{"weight_map":{"a":"{{{file}}}"}}""");
        AssertRefused("may only list files in its own folder");
    }

    [SkippableFact]
    public void A_link_out_of_the_folder_is_refused_and_one_within_a_hub_cache_is_followed()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need rights there");
        var (snapshot, blobs) = (_folder.File("snapshots/1234"), _folder.File("blobs"));
        CheckpointTensors.Save(snapshot, Model(), "0.1KB");
        Directory.CreateDirectory(blobs);
        var shard = Path.Combine(snapshot, "model-00001-of-00004.safetensors");
        File.Move(shard, Path.Combine(blobs, "abcd"));
        File.CreateSymbolicLink(shard, "../../blobs/abcd");
        using (var checkpoint = CheckpointTensors.Open(snapshot))
            Assert.Equal(1, checkpoint.Read("big")[0].item<float>());

        File.Move(Path.Combine(blobs, "abcd"), _folder.File("outside"));
        File.Delete(shard);
        File.CreateSymbolicLink(shard, "../../outside");
        FluentActions.Invoking(() => CheckpointTensors.Open(snapshot))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain($"a link to '{_folder.File("outside")}'");
    }

    [Fact]
    public void The_error_about_an_empty_folder_lists_the_expected_files()
    {
        AssertRefused($"Searched for model.safetensors and {Index}; the folder '{_folder.Path}' is empty.");
    }

    [Fact]
    public void The_error_about_a_pickle_file_explains_how_to_load_and_how_to_convert_it()
    {
        File.WriteAllText(_folder.File("pytorch_model.bin"), "");
        AssertRefused("'pytorch_model.bin' is a pickle file, which is only read if AllowPickle is set");
    }

    [Theory]
    [InlineData("5GB", 5_000_000_000)]
    [InlineData(" 1.5 kb ", 1500)]
    [InlineData("200MB", 200_000_000)]
    [InlineData("2TB", 2_000_000_000_000)]
    [InlineData("1234", 1234)]
    public void Sizes_are_read_as_in_Python(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text, "size"));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("0MB")]
    [InlineData("5 GiB")]
    [InlineData("1,5GB")]
    [InlineData("NaNGB")]
    [InlineData("99999999999TB")]
    public void A_text_that_is_not_a_size_is_rejected(string text) =>
        FluentActions.Invoking(() => CheckpointTensors.Save(_folder.Path, Model(), text))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain($"'{text}' is not a valid size");

    private void ChangeIndex(Action<JsonObject> change)
    {
        var index = JsonFile.Read(_folder.File(Index));
        change(index);
        JsonFile.Write(_folder.File(Index), index);
    }

    private void AssertRefused(string message) =>
        FluentActions.Invoking(() => CheckpointTensors.Open(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(message);
}
