using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;
using PeftSharp.Tests.Tuners;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Serialization;

/// <summary>Files that torch.save wrote (tests/fixtures/pytorch/make.py).</summary>
public sealed class PyTorchFileTests
{
    private static readonly string _fixtures = Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "pytorch");

    private static string Fixture(string name) => Path.Combine(_fixtures, name);

    [Theory]
    [InlineData("protocol-2.bin")]
    [InlineData("protocol-3.bin")]
    [InlineData("protocol-4.bin")]
    [InlineData("protocol-5.bin")]
    [InlineData("legacy.bin")]
    public void Tensors_are_those_that_Python_saved(string name)
    {
        using var scope = NewDisposeScope();
        using var expected = SafetensorsFile.Open(Fixture("expected.safetensors"));
        using var file = PyTorchFile.Open(Fixture(name));

        file.Tensors.Keys.Should().BeEquivalentTo(expected.Tensors.Keys.Where(key => name != "legacy.bin" || key != "float8"));
        foreach (var (key, entry) in file.Tensors)
        {
            entry.Dtype.Should().Be(expected.Tensors[key].Dtype, key);
            entry.Shape.Should().Equal(expected.Tensors[key].Shape, key);
            entry.Length.Should().Be(expected.Tensors[key].Length, key);
            file.Bytes(key).ToArray().Should().Equal(expected.Bytes(key).ToArray(), key);
            if (entry.ScalarType is null) continue;
            var read = file.Read(key);
            read.is_contiguous().Should().BeTrue(key);
            read.bytes.ToArray().Should().Equal(expected.Bytes(key).ToArray(), key);
            file.Map(key).contiguous().bytes.ToArray().Should().Equal(expected.Bytes(key).ToArray(), key);
            var copy = zeros_like(read);
            file.CopyTo(key, copy);
            copy.bytes.ToArray().Should().Equal(read.bytes.ToArray(), key);
        }
    }

    [Fact]
    public void A_tensor_is_converted_to_the_type_of_the_target()
    {
        using var scope = NewDisposeScope();
        using var file = PyTorchFile.Open(Fixture("protocol-2.bin"));
        var (target, eight) = (zeros(6, 4, dtype: ScalarType.Float64), zeros(3));
        file.CopyTo("transposed", target);
        target.Should().Match<Tensor>(t => t.eq(file.Read("same").t()).all().item<bool>());
        file.CopyTo("float8", eight);
        eight.data<float>().ToArray().Should().Equal(0.5f, -2, 448);
        FluentActions.Invoking(() => file.CopyTo("row", target)).Should().ThrowExactly<CheckpointException>();
    }

    [Fact]
    public void Other_values_of_a_dictionary_are_read_as_plain_data()
    {
        using var archive = PyTorchArchive.Open(Fixture("mixed.bin"));
        var value = archive.Value.Should().BeOfType<PickleDictionary>().Subject;
        value["epoch"].Should().Be(3L);
        value["name"].Should().Be("ü");
        value["size"].Should().BeEquivalentTo(new object[] { 2L, 3L });
        value["dtype"].Should().BeOfType<PickleGlobal>().Which.Name.Should().Be("torch.float16");
        var items = value["values"].Should().BeOfType<object?[]>().Subject;
        items[..6].Should().Equal(1L, 2.5, null, true, -7L, 1L << 40);
        items[6].Should().BeEquivalentTo(new byte[] { 0, 255 });
        items[7].Should().BeEquivalentTo(new HashSet<object> { 1L, 2L });
        items[8].Should().BeEquivalentTo(new HashSet<object> { "a" });
        items[9].Should().BeOfType<List<object?>>().Which.Should().ContainSingle().Which.Should().BeOfType<List<object?>>();
        using var file = PyTorchFile.Open(Fixture("mixed.bin"));
        file.Tensors.Keys.Should().Equal("weight");
    }

    [Theory]
    [InlineData("script.pt", "TorchScript")]
    [InlineData("module.bin", "'torch.nn.modules.linear.Linear'")]
    [InlineData("expected.safetensors", "neither a zip file nor the legacy format")]
    [InlineData("gpt2/config.json", "neither a zip file nor the legacy format")]
    public void What_is_not_a_file_of_tensors_is_refused_by_its_name(string name, string message) =>
        FluentActions.Invoking(() => PyTorchFile.Open(Fixture(name)))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll(message, name, "no code");

    [Theory]
    [InlineData("tiny-legacy.bin")]
    [InlineData("tiny.bin")]
    public void A_truncated_file_is_an_error_wherever_it_ends(string name)
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(Fixture(name));
        var path = folder.File("truncated.bin");
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<CheckpointException>(() => PyTorchFile.Open(path));
        }
    }

    [Theory]
    [InlineData("tiny-legacy.bin", 1)]
    [InlineData("tiny.bin", 1)]
    [InlineData("legacy.bin", 41)]
    [InlineData("protocol-4.bin", 41)]
    public void A_damaged_file_is_read_or_refused(string name, int step)
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(Fixture(name));
        var path = folder.File("damaged.bin");
        for (var position = 0; position < bytes.Length; position += step)
        {
            var change = (byte)(position % 3 == 0 ? 0x01 : position % 3 == 1 ? 0x80 : 0xff);
            bytes[position] ^= change;
            File.WriteAllBytes(path, bytes);
            bytes[position] ^= change;
            try
            {
                using var scope = NewDisposeScope();
                using var file = PyTorchFile.Open(path);
                foreach (var key in file.Tensors.Keys) file.Bytes(key);
            }
            catch (CheckpointException) { }
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("gpt2-shards")]
    [InlineData("gpt2-legacy")]
    public void A_model_is_loaded_from_pickle_files_if_they_are_allowed(string name)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Fixture("gpt2/config.json"), folder.File("config.json"));
        if (Directory.Exists(Fixture(name)))
            foreach (var file in Directory.GetFiles(Fixture(name), "pytorch_model*")) File.Copy(file, folder.File(Path.GetFileName(file)));
        else File.Copy(Fixture("gpt2-legacy.bin"), folder.File("pytorch_model.bin"));
        FluentActions.Invoking(() => AutoModelForCausalLM.FromPretrained(folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll("pytorch_model.bin", "AllowPickle = true");

        using var expected = AutoModelForCausalLM.FromPretrained(Fixture("gpt2"));
        using var model = AutoModelForCausalLM.FromPretrained(folder.Path, new PretrainedOptions { AllowPickle = true });

        model.LoadReport!.IsComplete.Should().BeTrue();
        TinyModels.AssertSameBits(TinyModels.Logits(expected), TinyModels.Logits(model));
    }

    [Fact]
    public void A_safetensors_file_is_preferred()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Fixture("gpt2"))) File.Copy(file, folder.File(Path.GetFileName(file)));
        File.WriteAllText(folder.File("pytorch_model.bin"), "");
        using var model = AutoModelForCausalLM.FromPretrained(folder.Path, new PretrainedOptions { AllowPickle = true });
        using var tensors = CheckpointTensors.Open(folder.Path, allowPickle: true);
        tensors.Files.Should().Equal(folder.File("model.safetensors"));
        FluentActions.Invoking(() => CheckpointTensors.Open(folder.File("pytorch_model.bin")))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("AllowPickle");
    }

    [Fact]
    public void An_adapter_is_loaded_from_a_pickle_file_if_it_is_allowed()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "adapter_config.json", "adapter_model.bin" })
            File.Copy(Fixture($"gpt2-lora/{name}"), folder.File(name));
        FluentActions.Invoking(() => PeftModel.FromPretrained(AutoModelForCausalLM.FromPretrained(Fixture("gpt2")), folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll("adapter_model.bin", "allowPickle");

        using var expected = PeftModel.FromPretrained(AutoModelForCausalLM.FromPretrained(Fixture("gpt2")), Fixture("gpt2-lora"));
        using var peft = PeftModel.FromPretrained(
            AutoModelForCausalLM.FromPretrained(Fixture("gpt2")), folder.Path, allowPickle: true);

        TinyModels.AssertSameBits(TinyModels.Logits(expected), TinyModels.Logits(peft));
    }
}
