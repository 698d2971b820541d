using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Vit;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models.Vit;

public sealed class VitFamilyTests : VisionFamilyTests<VitConfig>
{
    protected override VitConfig Tiny => new()
    {
        HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, ImageSize = [8], PatchSize = [4], NumLabels = 3,
    };

    [Fact]
    public void The_pooled_output_is_that_of_the_class_token()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var output = model.call(new ModelInputs { PixelValues = Pixels() });
        var state = model.state_dict();
        var expected = (output.LastHiddenState!.select(1, 0).matmul(state["pooler.dense.weight"].t()) + state["pooler.dense.bias"]).tanh();
        Close.Equal(expected, output.PoolerOutput!, 1e-6, "pooled output");
    }

    [Fact]
    public void Computing_the_class_token_alone_in_the_last_layer_gives_the_same_logits()
    {
        using var model = Build(ModelTask.ImageClassification);
        var inputs = new ModelInputs { PixelValues = Pixels() };
        var all = model.call(inputs, new ForwardOptions { OutputHiddenStates = true });
        Close.Equal(all.Logits!, model.call(inputs).Logits!, 1e-6, "logits");
    }

    [Fact]
    public void A_patch_that_is_not_square_is_a_convolution_too()
    {
        var config = Tiny with { ImageSize = [8, 6], PatchSize = [4, 3] };
        using var model = AutoModel.FromConfig(config, new PretrainedOptions { Seed = 3 });
        var pixels = Pixels(height: 8, width: 6);
        var state = model.state_dict();
        var expected = nn.functional.conv2d(pixels, state["embeddings.patch_embeddings.projection.weight"],
            state["embeddings.patch_embeddings.projection.bias"], strides: [4, 3]).flatten(2).transpose(1, 2);
        var embedded = model.call(new ModelInputs { PixelValues = pixels }, new ForwardOptions { OutputHiddenStates = true })
            .HiddenStates[0];
        Close.Equal(expected + state["embeddings.position_embeddings"].narrow(1, 1, 4), embedded.narrow(1, 1, 4), 1e-5, "embeddings");
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Labels_of_several_classes_and_numbers_have_their_losses(bool isRegression)
    {
        var config = Tiny with { NumLabels = isRegression ? 1 : 3 };
        using var model = AutoModelForImageClassification.FromConfig(config, new PretrainedOptions { Seed = 3 });
        var labels = isRegression ? tensor(new[] { 0.5f, -1, 2 }) : eye(3);
        var output = model.call(new ModelInputs { PixelValues = Pixels(), Labels = labels });
        var expected = isRegression
            ? (output.Logits!.squeeze(1) - labels).square().mean()
            : nn.functional.binary_cross_entropy_with_logits(output.Logits!, labels);
        Close.Equal(expected, output.Loss!, 1e-6, "loss");
    }

    [Fact]
    public void A_checkpoint_has_the_names_of_transformers_4_and_those_of_transformers_5_are_read_too()
    {
        using var folder = new TemporaryFolder();
        using var model = Build(ModelTask.ImageClassification);
        model.SavePretrained(folder.Path);
        var path = Path.Combine(folder.Path, "model.safetensors");
        Safetensors.Load(path).Keys.Should().Contain("vit.encoder.layer.1.attention.attention.query.weight")
            .And.Contain("vit.encoder.layer.0.output.dense.bias").And.Contain("vit.encoder.layer.0.layernorm_before.weight")
            .And.NotContain(name => name.Contains("layers.", StringComparison.Ordinal));
        Safetensors.Save(path, model.state_dict());
        using var loaded = AutoModelForImageClassification.FromPretrained(folder.Path);
        loaded.LoadReport!.IsComplete.Should().BeTrue("the report is: {0}", loaded.LoadReport);
        AssertSameBits(model.state_dict(), loaded.state_dict());
    }

    [Theory]
    [InlineData("vit.layers.0.attention.q_proj", "vit.encoder.layer.0.attention.attention.query")]
    [InlineData("layers.11.mlp.fc2.weight", "encoder.layer.11.output.dense.weight")]
    [InlineData("vit.layers.3.attention.o_proj.bias", "vit.encoder.layer.3.attention.output.dense.bias")]
    [InlineData("vit.layers.3", "vit.encoder.layer.3")]
    [InlineData("vit.layernorm.weight", "vit.layernorm.weight"), InlineData("classifier.bias", "classifier.bias")]
    public void Names_in_the_model_and_in_a_checkpoint_correspond(string name, string inCheckpoint)
    {
        VitFamily.Instance.CheckpointName(name).Should().Be(inCheckpoint);
        if (name.Contains("layers.3", StringComparison.Ordinal) && !name.EndsWith("bias", StringComparison.Ordinal)) return;
        VitFamily.Instance.RenameKey(inCheckpoint).Should().Be(name);
        VitFamily.Instance.RenameKey(name).Should().Be(name);
    }

    [Fact]
    public void An_adapter_of_transformers_4_is_loaded_and_is_saved_with_current_names()
    {
        using var folder = new TemporaryFolder();
        using var base1 = Build(ModelTask.ImageClassification);
        using var trained = base1.GetPeftModel(new LoraConfig { R = 2, TargetModules = new[] { "query", "value" } });
        using (no_grad())
            foreach (var (name, parameter) in trained.named_parameters())
                if (name.Contains("lora_B", StringComparison.Ordinal)) parameter.fill_(0.25);
        trained.SavePretrained(folder.Path);
        var path = Path.Combine(folder.Path, "adapter_model.safetensors");
        var saved = Safetensors.Load(path);
        saved.Keys.Should().HaveCount(8).And.Contain("base_model.model.vit.layers.0.attention.q_proj.lora_A.weight");
        var config = File.ReadAllText(Path.Combine(folder.Path, "adapter_config.json"));
        config.Should().Contain("\"q_proj\"").And.NotContain("\"query\"");

        Safetensors.Save(path, saved.ToDictionary(pair => pair.Key.Replace("layers.", "encoder.layer.", StringComparison.Ordinal)
            .Replace("attention.q_proj", "attention.attention.query", StringComparison.Ordinal)
            .Replace("attention.v_proj", "attention.attention.value", StringComparison.Ordinal), pair => pair.Value));
        File.WriteAllText(Path.Combine(folder.Path, "adapter_config.json"), config
            .Replace("\"q_proj\"", "\"query\"", StringComparison.Ordinal).Replace("\"v_proj\"", "\"value\"", StringComparison.Ordinal));
        using var base2 = Build(ModelTask.ImageClassification);
        using var loaded = PeftModel.FromPretrained(base2, folder.Path);
        loaded.LoadReport!.Warnings.Should().BeEmpty();
        var inputs = new ModelInputs { PixelValues = Pixels() };
        Close.Equal(trained.call(inputs).Logits!, loaded.call(inputs).Logits!, 0, "logits");
    }

    [Fact]
    public void The_name_of_several_modules_in_transformers_4_selects_all_of_them()
    {
        using var model = Build(ModelTask.ImageClassification);
        using var peft = model.GetPeftModel(new LoraConfig { R = 2, TargetModules = new[] { "dense" } });
        peft.named_parameters().Count(pair => pair.name.EndsWith("lora_A.default.weight", StringComparison.Ordinal)).Should().Be(2 * 3);
    }

    [Fact]
    public void All_fields_of_an_adapter_of_transformers_4_may_have_its_names()
    {
        using var folder = new TemporaryFolder();
        LayerConfig[] configs =
        [
            new LoraConfig
            {
                R = 4, TargetModules = new[] { "q_proj", "fc1", "fc2" }, RankPattern = new Dictionary<string, int> { ["fc1"] = 2 },
                AlphaPattern = new Dictionary<string, double> { ["q_proj"] = 3 },
            },
            new Ia3Config { TargetModules = new[] { "k_proj", "fc1" }, FeedforwardModules = new[] { "fc1" } },
        ];
        foreach (var config in configs)
        {
            using var trained = Build(ModelTask.ImageClassification).GetPeftModel(config);
            using (no_grad())
                foreach (var parameter in trained.parameters().Where(parameter => parameter.requires_grad)) parameter.add_(0.25);
            trained.eval();
            trained.SavePretrained(folder.Path);
            var file = Path.Combine(folder.Path, "adapter_model.safetensors");
            const string prefix = "base_model.model.";
            Safetensors.Save(file, Safetensors.Load(file)
                .ToDictionary(pair => prefix + VitFamily.Instance.CheckpointName(pair.Key[prefix.Length..]), pair => pair.Value));
            var fields = Path.Combine(folder.Path, "adapter_config.json");
            File.WriteAllText(fields, File.ReadAllText(fields).Replace("q_proj", "query", StringComparison.Ordinal)
                .Replace("k_proj", "key", StringComparison.Ordinal).Replace("fc1", "intermediate.dense", StringComparison.Ordinal)
                .Replace("\"fc2\"", "\"layer.0.output.dense\", \"layer.1.output.dense\"", StringComparison.Ordinal));
            using var loaded = PeftModel.FromPretrained(Build(ModelTask.ImageClassification), folder.Path);
            loaded.LoadReport!.Warnings.Should().BeEmpty();
            var inputs = new ModelInputs { PixelValues = Pixels() };
            Close.Equal(trained.call(inputs).Logits!, loaded.call(inputs).Logits!, 0, $"{config.PeftType} logits");
        }
    }
}
