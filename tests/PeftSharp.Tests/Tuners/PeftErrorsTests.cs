using PeftSharp.Modeling;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Errors name the option or file, its value and the remedy, and leave the model unchanged.</summary>
public sealed class PeftErrorsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void One_misspelled_target_of_several_is_named_with_a_suggestion_and_the_model_is_unchanged()
    {
        var model = TinyModels.Gpt2();
        var keys = model.state_dict().Keys.ToArray();
        FluentActions.Invoking(() => model.GetPeftModel(new LoraConfig { TargetModules = ["c_attn", "c_fcc"] }))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().ContainAll("'c_fcc'", "c_fc'").And.NotContain("'c_attn', but");
        model.state_dict().Keys.Should().Equal(keys);
        model.parameters().Should().AllSatisfy(parameter => parameter.requires_grad.Should().BeTrue());
        using var peft = model.GetPeftModel(new LoraConfig { TargetModules = ["c_attn", "c_fcc"], IgnoreUnmatched = true });
        peft.CountTrainableParameters().Trainable.Should().BeGreaterThan(0);
    }

    [Theory]
    [InlineData("ln_f", "LayerNorm")]
    [InlineData("attn", "GPT2Attention")]
    public void A_target_that_cannot_be_adapted_is_named_with_its_class(string target, string type)
    {
        FluentActions.Invoking(() => TinyModels.Gpt2().GetPeftModel(new LoraConfig { TargetModules = [target] }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain(type);
    }

    public static TheoryData<string, LoraConfig> Nonsense => new()
    {
        { "R", new LoraConfig { R = 0 } },
        { "LoraDropout", new LoraConfig { LoraDropout = 1 } },
        { "LoraAlpha", new LoraConfig { LoraAlpha = double.NaN } },
        { "LayersToTransform", new LoraConfig { LayersPattern = ["h"] } },
        { "LayersToTransform", new LoraConfig { LayersToTransform = [0, 7] } },
        { "LoraBias", new LoraConfig { LoraBias = true, InitLoraWeights = "gaussian" } },
        { "UseDora", new LoraConfig { LoraBias = true, UseDora = true } },
        { "even rank", new LoraConfig { R = 3, InitLoraWeights = "orthogonal" } },
        { "RankPattern", new LoraConfig { RankPattern = new Dictionary<string, int> { ["c_fc"] = 2 } } },
        { "ExcludeModules", new LoraConfig { ExcludeModules = ["h.9.attn.c_attn"] } },
        { "no module remains", new LoraConfig { ExcludeModules = ["c_attn"] } },
        { "ModulesToSave", new LoraConfig { ModulesToSave = ["ln_g"] } },
        { "ModulesToSave", new LoraConfig { TaskType = TaskType.SeqCls } },
        { "TieWordEmbeddings", new LoraConfig { ModulesToSave = ["wte"] } },
        { "31 rows", new LoraConfig { TrainableTokenIndices = [31] } },
        { "not a valid regular expression", new LoraConfig { TargetModules = "c_attn(" } },
        { "of any module", new LoraConfig { TargetModules = "c_attn" } },
        { "pass a list: [\"wte\"]", new LoraConfig { TargetModules = "c_attn" } },
        { "at most", new LoraConfig { R = 20, InitLoraWeights = "pissa" } },
    };

    [Theory, MemberData(nameof(Nonsense))]
    public void An_invalid_configuration_is_refused_by_name_and_the_model_is_unchanged(string name, LoraConfig config)
    {
        var model = TinyModels.Gpt2();
        var before = TinyModels.Bits(model);
        FluentActions.Invoking(() => model.GetPeftModel(config)).Should().Throw<ArgumentException>().Which.Message.Should().Contain(name);
        model.state_dict().Keys.Should().Equal(before.Keys);
        foreach (var (key, tensor) in model.state_dict()) TinyModels.AssertSame(before[key], tensor, key);
        model.parameters().Should().AllSatisfy(parameter => parameter.requires_grad.Should().BeTrue());
    }

    [Fact]
    public void A_module_whose_name_ends_as_one_to_save_is_trained_whole_and_not_adapted_as_in_peft()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(
            new LoraConfig { R = 2, TargetModules = ["c_attn", "c_proj"], ModulesToSave = ["mlp.c_proj"] });
        var names = peft.named_parameters().Where(pair => pair.parameter.requires_grad).Select(pair => pair.name).ToArray();
        names.Should().Contain(["base_model.model.transformer.h.0.attn.c_proj.lora_A.default.weight",
            "base_model.model.transformer.h.0.mlp.c_proj.modules_to_save.default.weight"]);
        names.Should().NotContain(name => name.Contains("mlp.c_proj.lora_", StringComparison.Ordinal));
        using var other = TinyModels.Gpt2().GetPeftModel(
            new LoraConfig { R = 2, TargetModules = ["c_attn", "c_proj"], ModulesToSave = ["proj"] });
        other.named_parameters().Should().NotContain(pair => pair.name.Contains("c_proj.lora_", StringComparison.Ordinal));
    }

    [Fact]
    public void Unknown_used_and_invalid_adapter_names_are_refused()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 }, "first");
        FluentActions.Invoking(() => peft.SetAdapter("second"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'first'");
        FluentActions.Invoking(() => peft.DeleteAdapter("second")).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => peft.AddAdapter("first", new LoraConfig())).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => peft.AddAdapter("a.b", new LoraConfig())).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => peft.AddAdapter("../up", new LoraConfig())).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => peft.AddAdapter("__base__", new LoraConfig())).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => peft.SetAdapter()).Should().ThrowExactly<ArgumentException>();
        using (peft.UseAdapters(["first", "__base__"]))
            FluentActions.Invoking(() => TinyModels.Logits(peft))
                .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("3 rows");
    }

    [Fact]
    public void A_target_that_another_adapter_trains_as_rows_or_as_a_copy_is_refused_with_the_reason()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { TrainableTokenIndices = [3], ModulesToSave = ["mlp.c_fc"] });
        foreach (var target in new[] { "wte", "c_fc" })
            FluentActions.Invoking(() => peft.AddAdapter("second", new LoraConfig { TargetModules = [target] }))
                .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("another adapter");
        peft.PeftConfigs.Keys.Should().Equal("default");
    }

    [Fact]
    public void A_file_for_another_base_model_says_both_and_leaves_the_adapters_as_they_were()
    {
        using (var other = TinyModels.Gpt2(width: 32).GetPeftModel(new LoraConfig { R = 2, BaseModelNameOrPath = "gpt2-wide" }))
            other.SavePretrained(_folder.Path);
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 }, "first");
        var keys = peft.state_dict().Keys.ToArray();
        FluentActions.Invoking(() => peft.LoadAdapter(_folder.Path, "second"))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll("gpt2-wide", "[2, 32]", "[2, 16]");
        peft.state_dict().Keys.Should().Equal(keys);
        peft.PeftConfigs.Keys.Should().Equal("first");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_saved_adapter_that_cannot_be_beside_the_others_is_refused_with_its_folder(bool isBias)
    {
        PeftConfig other = isBias ? new LoraConfig { R = 2, Bias = BiasMode.All } : new Ia3Config();
        using (var saved = TinyModels.Gpt2().GetPeftModel(other, "second")) saved.SavePretrained(_folder.Path);
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2, Bias = BiasMode.LoraOnly }, "first");
        var keys = peft.state_dict().Keys.ToArray();
        foreach (var load in new Action[]
        {
            () => peft.LoadAdapter(_folder.File("second"), "second"), () => peft.LoadAdapters(_folder.Path),
        })
            FluentActions.Invoking(load).Should().ThrowExactly<CheckpointException>().Which.Message.Should()
                .ContainAll(_folder.File("second"), isBias ? "already trains biases" : "cannot also have IA3").And.NotContain("Parameter");
        peft.Invoking(peft => peft.AddAdapter("second", other)).Should().ThrowExactly<ArgumentException>().WithParameterName("config");
        peft.state_dict().Keys.Should().Equal(keys);
    }

    [Theory]
    [InlineData(new[] { 3, 4, 3 }, "3 twice")]
    [InlineData(new[] { -2 }, "-2 for the input embeddings; ids must not be negative")]
    public void Token_ids_that_are_repeated_or_negative_are_refused_with_the_reason(int[] ids, string reason) =>
        FluentActions.Invoking(() => TokenIndices.Create(ids)).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain(reason);

    [Fact]
    public void A_module_whose_type_starts_with_a_vowel_is_named_without_an_article()
    {
        using var model = TinyModels.Gpt2();
        var tokens = TokenIndices.ForModules(new Dictionary<string, IReadOnlyList<int>> { ["lm_head"] = [1] });
        FluentActions.Invoking(() => model.GetPeftModel(new LoraConfig { R = 2, TrainableTokenIndices = tokens }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("which is of type TiedLinear");
    }

    [Fact]
    public void Missing_and_unexpected_tensors_are_errors()
    {
        using (var saved = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 })) saved.SavePretrained(_folder.Path);
        var file = _folder.File("adapter_model.safetensors");
        var tensors = Safetensors.Load(file);
        var first = tensors.Keys.First();
        Safetensors.Save(file, tensors.Where(pair => pair.Key != first));
        FluentActions.Invoking(() => PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(first);
        Safetensors.Save(file, tensors.Append(KeyValuePair.Create("base_model.model.stranger", zeros(1))));
        FluentActions.Invoking(() => PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("stranger");
    }

    [Theory]
    [InlineData("use_qalora", "true")]
    [InlineData("layer_replication", "[[0, 1]]")]
    [InlineData("init_lora_weights", "\"loftq\"")]
    [InlineData("bias", "\"some\"")]
    [InlineData("peft_type", "\"XLORA\"")]
    [InlineData("task_type", "\"PAINTING\"")]
    [InlineData("alpha_pattern", "{\"c_attn\": null}")]
    [InlineData("target_modules", "[]")]
    public void A_file_with_an_unsupported_value_is_refused_by_field(string field, string value)
    {
        using (var saved = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 })) saved.SavePretrained(_folder.Path);
        var json = JsonFile.Read(_folder.File("adapter_config.json"));
        json[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        JsonFile.Write(_folder.File("adapter_config.json"), json);
        FluentActions.Invoking(() => PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(field);
    }

    [Fact]
    public void Biases_that_a_file_leaves_out_are_reported_as_those_of_the_base_model()
    {
        using (var saved = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 })) saved.SavePretrained(_folder.Path);
        var json = JsonFile.Read(_folder.File("adapter_config.json"));
        json["bias"] = "all";
        JsonFile.Write(_folder.File("adapter_config.json"), json);
        using var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path);
        peft.LoadReport!.MissingKeys.Should().Contain("base_model.model.transformer.ln_f.bias");
        Assert.Contains("the values of the base model are kept", peft.LoadReport.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("train", peft.LoadReport.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_fields_are_kept_and_written_back()
    {
        using (var saved = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 })) saved.SavePretrained(_folder.Path);
        var json = JsonFile.Read(_folder.File("adapter_config.json"));
        json["from_tomorrow"] = 3;
        JsonFile.Write(_folder.File("adapter_config.json"), json);
        using var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path);
        peft.PeftConfigs["default"].AdditionalFields!.Select(field => field.Key).Should().Equal("from_tomorrow");
        peft.SavePretrained(_folder.Path);
        Assert.Equal(3L, (long)JsonFile.Read(_folder.File("adapter_config.json"))["from_tomorrow"]!);
    }

    [Fact]
    public void An_initialization_that_changes_the_base_is_undone_when_loading_fails_and_refuses_to_unload()
    {
        var model = TinyModels.Gpt2();
        var before = TinyModels.Bits(model);
        using (var other = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2, InitLoraWeights = "pissa" }))
            other.SavePretrained(_folder.Path);
        Safetensors.Save(_folder.File("adapter_model.safetensors"), [KeyValuePair.Create("nothing", zeros(1))]);
        FluentActions.Invoking(() => PeftModel.FromPretrained(model, _folder.Path)).Should().ThrowExactly<CheckpointException>();
        foreach (var (name, tensor) in model.state_dict()) TinyModels.AssertSame(before[name], tensor, name);

        using var peft = model.GetPeftModel(new LoraConfig { R = 2, InitLoraWeights = "pissa" });
        FluentActions.Invoking(() => peft.Unload()).Should().ThrowExactly<InvalidOperationException>();
        FluentActions.Invoking(() => peft.DeleteAdapter("default")).Should().ThrowExactly<InvalidOperationException>();
        using var merged = peft.MergeAndUnload();
        // The weights are restored with one rounding.
        foreach (var (name, tensor) in merged.state_dict()) Close.Equal(before[name], tensor, 1e-6, name);
    }

    [Fact]
    public void What_was_saved_is_loaded_back_in_place_bit_by_bit()
    {
        using var peft = TinyModels.Bert().GetPeftModel(
            new LoraConfig { TaskType = TaskType.SeqCls, R = 2, TrainableTokenIndices = [3, 4] });
        peft.AddAdapter("second", new LoraConfig { R = 3, TargetModules = ["key"] });
        TinyModels.Disturb(peft);
        var before = TinyModels.Bits(peft);
        ((PretrainedModel)peft).SavePretrained(_folder.Path);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "second", "adapter_config.json")));
        TinyModels.Disturb(peft, seed: 9);
        ((PretrainedModel)peft).LoadWeights(_folder.Path);
        peft.state_dict().Should().AllSatisfy(pair => Assert.True(TinyModels.Same(before[pair.Key], pair.Value), pair.Key));
    }
}
