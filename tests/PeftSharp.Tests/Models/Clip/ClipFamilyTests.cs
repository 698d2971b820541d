using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models.Clip;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models.Clip;

public sealed class ClipFamilyTests : FamilyTests<ClipConfig>
{
    protected override ClipConfig Tiny => new()
    {
        TextConfig = new ClipTextConfig
        {
            VocabSize = 31, HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 2, NumAttentionHeads = 2,
            MaxPositionEmbeddings = 12, BosTokenId = 29, EosTokenId = [30],
        },
        VisionConfig = new ClipVisionConfig
        {
            HiddenSize = 24, IntermediateSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, ImageSize = [8], PatchSize = [4],
        },
        ProjectionDim = 10,
        NumLabels = 3,
    };

    // The classifier reads the states of the patches, which this norm does not change, as in transformers.
    protected override bool IsUnused(ModelTask task, string parameter) =>
        task == ModelTask.ImageClassification && parameter.Contains("post_layernorm", StringComparison.Ordinal);

    [Fact]
    public void Texts_and_images_can_be_embedded_alone_and_have_the_same_scores()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var inputs = Inputs(model, labels: false);
        var both = model.call(inputs);
        var text = model.call(new ModelInputs { InputIds = inputs.InputIds }).Tensors.Should().ContainSingle().Which;
        var image = model.call(new ModelInputs { PixelValues = inputs.PixelValues }).Tensors.Should().ContainSingle().Which;
        (text.Key, image.Key).Should().Be(("text_embeds", "image_embeds"));
        Close.Equal(both["text_embeds"]!, text.Value, 1e-6, "texts");
        Close.Equal(both["image_embeds"]!, image.Value, 1e-6, "images");
        Close.Equal(ones(3), image.Value.norm(1), 1e-6, "length");
        both["logits_per_image"]!.shape.Should().Equal(3, 3);
    }

    [Fact]
    public void There_may_be_more_texts_than_images_but_not_for_the_loss()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var inputs = Inputs(model, labels: false);
        inputs.PixelValues = inputs.PixelValues!.narrow(0, 0, 2);
        model.call(inputs)["logits_per_image"]!.shape.Should().Equal(2, 3);
        model.call(inputs).Loss.Should().BeNull();
        FluentActions.Invoking(() => model.call(inputs, new ForwardOptions { ReturnLoss = true }))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("3 texts and 2 images");
        FluentActions.Invoking(() => model.call(new ModelInputs { InputIds = inputs.InputIds }, new ForwardOptions { ReturnLoss = true }))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("pixel_values");
        FluentActions.Invoking(() => model.call(new ModelInputs())).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("input_ids, pixel_values");
    }

    [Fact]
    public void A_text_without_an_end_is_refused()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var ids = Inputs(model, labels: false).InputIds!.clone();
        ids[1].fill_(7);
        FluentActions.Invoking(() => model.call(new ModelInputs { InputIds = ids })).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("row 1").And.Contain("eos_token_id");
    }

    [Fact]
    public void The_trainer_trains_it_without_labels_and_evaluates_its_loss()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var rows = Enumerable.Range(0, 8).Select(row => new
        {
            InputIds = new[] { 29, 5 + row, 30 },
            PixelValues = Enumerable.Range(0, 3).Select(channel => Enumerable.Range(0, 8).Select(y => Enumerable.Range(0, 8)
                .Select(x => (float)Math.Sin(row * 3 + channel + y * x)).ToArray()).ToArray()).ToArray(),
        });
        var data = PeftSharp.Data.Dataset.FromRows(rows);
        using var folder = new TemporaryFolder();
        var trainer = new Trainer(model, new TrainingArguments(folder.Path)
        {
            MaxSteps = 40, PerDeviceTrainBatchSize = 8, PerDeviceEvalBatchSize = 8, LearningRate = 1e-2, Seed = 1,
            SaveStrategy = SaveStrategy.No, UseCpu = true,
        }, data, data);
        var before = trainer.Evaluate()["eval_loss"];
        before.Should().BeGreaterThan(Math.Log(8) - 0.1, "an untrained model finds no image");
        trainer.Train();
        trainer.Evaluate()["eval_loss"].Should().BeLessThan(Math.Log(8) * 0.85);
    }

    [Fact]
    public void The_vocabulary_is_resized_by_the_text_model_and_saved()
    {
        using var model = ClipModel.FromConfig(Tiny);
        FluentActions.Invoking(() => model.ResizeTokenEmbeddings(40))
            .Should().ThrowExactly<NotSupportedException>().Which.Message.Should().Contain("TextModel.ResizeTokenEmbeddings");
        model.TextModel.ResizeTokenEmbeddings(40);
        using var folder = new TemporaryFolder();
        model.SavePretrained(folder.Path);
        using var loaded = ClipModel.FromPretrained(folder.Path);
        Assert.Equal(40, ((ClipConfig)((PretrainedModel)loaded).Config).TextConfig.VocabSize);
        Assert.True(loaded.LoadReport!.IsComplete);
    }

    [Fact]
    public void An_adapter_can_be_added_to_one_tower()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        using var peft = model.GetPeftModel(new LoraConfig { R = 2, TargetModules = @"text_model\..*\.(q_proj|v_proj)" });
        peft.named_parameters().Where(pair => pair.parameter.requires_grad).Should().HaveCount(8)
            .And.AllSatisfy(pair => pair.name.Should().Contain("text_model"));
    }

    [Fact]
    public void Initial_weights_have_the_deviations_of_transformers()
    {
        var config = Tiny with { VisionConfig = Tiny.VisionConfig with { HiddenSize = 128, IntermediateSize = 256, NumHiddenLayers = 3 } };
        using var model = ClipModel.FromConfig(config, new PretrainedOptions { Seed = 1 });
        var state = model.state_dict();
        var one = Math.Pow(128, -0.5);
        foreach (var (name, deviation) in new[]
        {
            ("encoder.layers.0.self_attn.q_proj", one * Math.Pow(6, -0.5)), ("encoder.layers.1.self_attn.out_proj", one),
            ("encoder.layers.2.mlp.fc1", Math.Pow(256, -0.5)), ("encoder.layers.2.mlp.fc2", one * Math.Pow(6, -0.5)),
            ("embeddings.patch_embedding", 0.02),
        })
            ((double)state[$"vision_model.{name}.weight"].std().item<float>())
                .Should().BeApproximately(deviation, deviation * 0.05, name);
        state["logit_scale"].item<float>().Should().Be(2.6592f);
    }

    [Fact]
    public void A_configuration_of_an_older_version_gives_its_parts_twice()
    {
        var json = (JsonObject)JsonNode.Parse("""
            {"model_type": "clip", "text_config": {"hidden_size": 8, "torch_dtype": "float16"}, "vision_config": null,
             "text_config_dict": {"hidden_size": 16, "eos_token_id": 2}, "vision_config_dict": null}
            """)!;
        var config = (ClipConfig)ClipFamily.Instance.ReadConfig(json);
        (config.TextConfig.HiddenSize, config.TextConfig.EosTokenId![0], config.VisionConfig.PatchSize[0]).Should().Be((16, 2, 32));
    }

    [Fact]
    public void A_saved_configuration_contains_its_parts_with_their_types_and_keeps_what_it_does_not_know()
    {
        using var folder = new TemporaryFolder();
        using var model = ClipModel.FromConfig(Tiny with { TextConfig = Tiny.TextConfig with { PadTokenId = null } });
        model.SavePretrained(folder.Path);
        var path = Path.Combine(folder.Path, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        ((string)json["text_config"]!["model_type"]!).Should().Be("clip_text_model");
        json["text_config"]!.AsObject().Should().ContainKey("pad_token_id");
        json["vision_config"]!["colour"] = "blue";
        File.WriteAllText(path, json.ToJsonString());
        using var loaded = ClipModel.FromPretrained(folder.Path);
        ((ClipConfig)loaded.Config.Should().BeOfType<ClipConfig>().Subject).TextConfig.PadTokenId.Should().BeNull();
        loaded.SavePretrained(folder.Path);
        File.ReadAllText(path).Should().Contain("\"colour\": \"blue\"");
    }

    protected override ModelInputs Inputs(PretrainedModel model, bool labels)
    {
        using var generator = new Generator(5);
        var inputs = new ModelInputs { PixelValues = randn([3, 3, 8, 8], generator: generator) };
        if (model.Objective is ContrastiveObjective)
            inputs.InputIds = tensor(new long[] { 29, 5, 6, 30, 29, 7, 30, 1, 29, 8, 9, 30 }).reshape(3, 4);
        else if (labels) inputs.Labels = arange(3, ScalarType.Int64);
        return inputs;
    }
}
