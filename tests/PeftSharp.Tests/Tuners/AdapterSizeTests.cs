using System.Text.Json.Nodes;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Adapters whose configuration needs more memory than the file of the weights has.</summary>
public sealed class AdapterSizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("r")]
    [InlineData("rank_pattern")]
    public void A_huge_rank_is_refused_before_memory_is_allocated_even_if_a_tensor_has_that_dimension(string field)
    {
        using (var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 })) peft.SavePretrained(_folder.Path);
        const int Rank = 30_000_000;
        Edit(json => json[field] = field == "r" ? Rank : new JsonObject { ["c_attn"] = Rank });
        using var scope = NewDisposeScope();
        Safetensors.Save(
            _folder.File("adapter_model.safetensors"), new Dictionary<string, Tensor> { ["x"] = zeros(Rank, dtype: ScalarType.Int8) });

        AssertRefused();
    }

    [Fact]
    public void The_configuration_of_a_loaded_adapter_can_be_used_for_a_larger_one()
    {
        using (var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 })) peft.SavePretrained(_folder.Path);
        using var loaded = PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path);
        loaded.AddAdapter("larger", (LoraConfig)loaded.PeftConfigs["default"] with { R = 900_000 });
        loaded.PeftConfigs.Keys.Should().Equal("default", "larger");
    }

    private void AssertRefused()
    {
        using var model = TinyModels.Gpt2();
        FluentActions.Invoking(() => PeftModel.FromPretrained(model, _folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll("need", "the file of the weights has 30000000");
    }

    private void Edit(Action<JsonObject> change)
    {
        var path = _folder.File("adapter_config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }
}
