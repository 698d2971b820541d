using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>
/// Adapters as other programs and versions of peft write them: a value that does not change the results is reported, and one that does is
/// applied or refused.
/// </summary>
public sealed class ForeignAdapterTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    /// <summary>Saves an adapter that changes the answer, and returns the answer.</summary>
    private Tensor Save(PretrainedModel model, LoraConfig config)
    {
        using var peft = model.GetPeftModel(config);
        TinyModels.Disturb(peft);
        peft.eval();
        peft.SavePretrained(_folder.Path);
        return TinyModels.Logits(peft);
    }

    private void ChangeConfig(string field, string? value)
    {
        var json = JsonFile.Read(_folder.File("adapter_config.json"));
        json[field] = value is null ? null : JsonNode.Parse(value);
        JsonFile.Write(_folder.File("adapter_config.json"), json);
    }

    private void Rename(Func<string, string> name)
    {
        var file = _folder.File("adapter_model.safetensors");
        Safetensors.Save(file, Safetensors.Load(file).Select(pair => KeyValuePair.Create(name(pair.Key), pair.Value)).ToList());
    }

    private (Tensor Logits, LoadReport Report) Load(PretrainedModel model, bool strict = false)
    {
        using var peft = PeftModel.FromPretrained(model, _folder.Path, strict: strict);
        return (TinyModels.Logits(peft), peft.LoadReport!);
    }

    [Theory]
    [InlineData("target_modules", """["c_attn", "q_proj", "v_proj"]""", "'q_proj', 'v_proj'")]
    [InlineData("target_modules", """["c_attn", ""]""", null)]
    [InlineData("exclude_modules", """["nothing"]""", "'nothing'")]
    [InlineData("exclude_modules", "\"nothing\"", "'nothing'")]
    [InlineData("layers_to_transform", "[0, 1, 7]", "7")]
    [InlineData("layers_pattern", "\"\"", null)]
    [InlineData("layers_pattern", "[]", null)]
    [InlineData("rank_pattern", """{"nothing": 2}""", "'nothing'")]
    [InlineData("alpha_pattern", """{"attn": 64}""", "'attn'")]
    [InlineData("modules_to_save", """["classifier"]""", "'classifier'")]
    [InlineData("task_type", "\"SEQ_CLS\"", "'classifier'")]
    [InlineData("init_lora_weights", "\"eva\"", "init_lora_weights")]
    [InlineData("init_lora_weights", "\"lora_ga\"", "init_lora_weights")]
    [InlineData("init_lora_weights", "\"gaussian\"", null)]
    [InlineData("eva_config", """{"rho": 2.0}""", "eva_config")]
    [InlineData("loftq_config", """{"loftq_bits": 4}""", "loftq_config")]
    [InlineData("qalora_group_size", "32", "qalora_group_size")]
    [InlineData("from_tomorrow", "3", "from_tomorrow")]
    [InlineData("base_model_name_or_path", null, null)]
    [InlineData("inference_mode", "false", null)]
    [InlineData("fan_in_fan_out", "false", null)]
    public void A_value_that_does_not_change_the_numbers_is_loaded_and_reported_or_refused_when_strict(
        string field, string? value, string? doubt)
    {
        var expected = Save(TinyModels.Gpt2(), new LoraConfig { R = 2, TargetModules = ["c_attn"] });
        ChangeConfig(field, value);
        var (logits, report) = Load(TinyModels.Gpt2());
        TinyModels.AssertSame(expected, logits);
        if (doubt is null)
        {
            report.Warnings.Should().BeEmpty();
            Load(TinyModels.Gpt2(), strict: true);
            return;
        }
        Assert.Contains(doubt, string.Join(' ', report.Warnings), StringComparison.Ordinal);
        // IgnoreUnmatched is no option of loading, and the target has been ignored already.
        Assert.DoesNotContain(nameof(LayerConfig.IgnoreUnmatched), string.Join(' ', report.Warnings), StringComparison.Ordinal);
        FluentActions.Invoking(() => Load(TinyModels.Gpt2(), strict: true))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(doubt);
    }

    [Fact]
    public void The_bias_of_a_tied_head_under_both_names_is_loaded()
    {
        var expected = Save(MaskedBert(), new LoraConfig { R = 2, Bias = BiasMode.All });
        var file = _folder.File("adapter_model.safetensors");
        var tensors = Safetensors.Load(file);
        tensors.Add("base_model.model.cls.predictions.decoder.bias", tensors["base_model.model.cls.predictions.bias"]);
        Safetensors.Save(file, tensors);
        var (logits, report) = Load(MaskedBert());
        TinyModels.AssertSame(expected, logits);
        report.UnexpectedKeys.Should().BeEmpty();

        static PretrainedModel MaskedBert()
        {
            var model = AutoModelForMaskedLM.FromConfig(TinyModels.Bert().Config, new PretrainedOptions { Seed = 1 });
            model.eval();
            return model;
        }
    }

    [Fact]
    public void The_name_of_an_initialization_and_unknown_fields_are_written_back()
    {
        Save(TinyModels.Gpt2(), new LoraConfig { R = 2 });
        ChangeConfig("init_lora_weights", "\"eva\"");
        ChangeConfig("eva_config", """{"rho": 2.0}""");
        using (var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path)) peft.SavePretrained(_folder.Path);
        var json = JsonFile.Read(_folder.File("adapter_config.json"));
        Assert.Equal("eva", (string?)json["init_lora_weights"]);
        Assert.Equal(2.0, (double)json["eva_config"]!["rho"]!);
    }

    [Theory]
    [InlineData("r", "0", "R")]
    [InlineData("r", "null", "'r'")]
    [InlineData("lora_alpha", "null", "'lora_alpha'")]
    [InlineData("lora_dropout", "2", "dropout")]
    [InlineData("lora_alpha", "\"8\"", "lora_alpha")]
    [InlineData("target_modules", "[\"q_proj\"]", "q_proj")]
    [InlineData("target_modules", "\"\"", "target_modules")]
    [InlineData("layers_pattern", "\"h\"", "LayersToTransform")]
    [InlineData("alora_invocation_tokens", "[1]", "alora_invocation_tokens")]
    [InlineData("use_qalora", "true", "'use_qalora' is true; false (other values are not supported)")]
    [InlineData("init_lora_weights", "\"corda\"", "corda")]
    public void Invalid_values_and_those_that_change_the_numbers_are_refused_by_name(string field, string value, string named)
    {
        Save(TinyModels.Gpt2(), new LoraConfig { R = 2 });
        ChangeConfig(field, value);
        FluentActions.Invoking(() => Load(TinyModels.Gpt2()))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(named);
    }

    [Theory]
    [InlineData("r", "2000000000", "R (r) is 2000000000, but the largest dimension of a tensor is 48")]
    [InlineData("rank_pattern", "{\"c_attn\": 2000000000}", "RankPattern (rank_pattern) is 2000000000")]
    public void Sizes_that_the_file_does_not_have_are_refused_before_memory_is_allocated(string field, string value, string named)
    {
        Save(TinyModels.Gpt2(), new LoraConfig { R = 2 });
        ChangeConfig(field, value);
        FluentActions.Invoking(() => Load(TinyModels.Gpt2()))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(named);
    }

    public static TheoryData<string, Func<string, string>> Spellings => new()
    {
        { "with the adapter's name", key => key.Replace(".weight", ".default.weight", StringComparison.Ordinal) },
        { "with another adapter's name", key => key.Replace(".weight", ".mine.weight", StringComparison.Ordinal) },
        { "without prefix", key => key["base_model.model.".Length..] },
        { "in a wrapper", key => "module." + key },
        { "compiled", key => "_orig_mod." + key },
    };

    [Theory, MemberData(nameof(Spellings))]
    public void Keys_are_found_under_every_spelling(string what, Func<string, string> spell)
    {
        var expected = Save(TinyModels.Gpt2(), new LoraConfig { R = 2, TargetModules = ["c_attn"] });
        Rename(spell);
        TinyModels.AssertSame(expected, Load(TinyModels.Gpt2()).Logits, what);
    }

    [Theory]
    [InlineData("lora_magnitude_vector.weight")]
    [InlineData("lora_magnitude_vector.default")]
    [InlineData("lora_magnitude_vector.default.weight")]
    public void Magnitudes_of_DoRA_are_found_under_older_names(string name)
    {
        var expected = Save(TinyModels.Bert(), new LoraConfig { R = 2, TargetModules = ["query"], UseDora = true });
        Rename(key => key.Replace("lora_magnitude_vector", name, StringComparison.Ordinal));
        TinyModels.AssertSame(expected, Load(TinyModels.Bert()).Logits);
    }

    [Theory]
    [InlineData("classifier.modules_to_save.")]
    [InlineData("classifier.modules_to_save.default.")]
    public void Modules_saved_whole_are_found_under_the_names_of_their_wrapper(string name)
    {
        var expected = Save(TinyModels.Bert(), new LoraConfig { R = 2, TargetModules = ["query"], TaskType = TaskType.SeqCls });
        Rename(key => key.Replace("classifier.", name, StringComparison.Ordinal));
        TinyModels.AssertSame(expected, Load(TinyModels.Bert()).Logits);
    }

    [Fact]
    public void Weights_of_the_base_model_in_the_file_are_copied_into_it_with_a_warning()
    {
        Save(TinyModels.Gpt2(), new LoraConfig { R = 2, TargetModules = ["c_attn"] });
        var file = _folder.File("adapter_model.safetensors");
        Safetensors.Save(
            file, Safetensors.Load(file).Append(KeyValuePair.Create("base_model.model.transformer.ln_f.bias", ones(16))).ToList());
        using var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path);
        TinyModels.AssertSame(ones(16), peft.state_dict()["base_model.model.transformer.ln_f.bias"]);
        peft.LoadReport!.Warnings.Should().ContainSingle().Which.Should().Contain("ln_f.bias");
    }

    [Fact]
    public void An_adapter_on_a_tied_head_computes_and_saves_and_its_merge_is_refused_unless_forced()
    {
        var config = new LoraConfig { R = 2, TargetModules = ["lm_head", "c_attn"] };
        var model = TinyModels.Gpt2();
        var without = TinyModels.Logits(model);
        var expected = Save(model, config);
        Assert.False(TinyModels.Same(without, expected));
        Safetensors.Load(_folder.File("adapter_model.safetensors")).Should().ContainKey("base_model.model.lm_head.base_layer.weight");
        using var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path);
        TinyModels.AssertSame(expected, TinyModels.Logits(peft));
        using (peft.DisableAdapter()) TinyModels.AssertSame(without, TinyModels.Logits(peft));
        FluentActions.Invoking(() => peft.Merge())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("lm_head");
    }

    [Fact]
    public void A_copy_of_a_tied_head_is_trained_and_saved_whole()
    {
        var expected = Save(TinyModels.Gpt2(), new LoraConfig { R = 2, TargetModules = ["c_attn"], ModulesToSave = ["lm_head"] });
        using var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), _folder.Path);
        TinyModels.AssertSame(expected, TinyModels.Logits(peft));
        using var merged = peft.MergeAndUnload();
        Close.Equal(expected, TinyModels.Logits(merged), 1e-5, "merged");
        merged.SavePretrained(_folder.File("merged"));
        using var again = AutoModelForCausalLM.FromPretrained(_folder.File("merged"));
        Close.Equal(expected, TinyModels.Logits(again), 1e-5, "saved and loaded");
    }

    [Fact]
    public void The_base_model_saves_its_own_keys_while_adapters_are_attached()
    {
        var model = TinyModels.Bert();
        var before = TinyModels.Logits(model);
        using var peft = model.GetPeftModel(
            new LoraConfig { R = 2, TargetModules = ["query"], TaskType = TaskType.SeqCls, TrainableTokenIndices = [3] });
        TinyModels.Disturb(peft);
        peft.GetBaseModel().SavePretrained(_folder.Path);
        using var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.Path);
        Assert.True(loaded.LoadReport!.IsComplete, loaded.LoadReport.ToString());
        TinyModels.AssertSame(before, TinyModels.Logits(loaded));
        peft.GetBaseModel().LoadWeights(_folder.Path);
        peft.Merge();
        var merged = TinyModels.Logits(peft);
        peft.GetBaseModel().SavePretrained(_folder.File("merged"));
        using var again = AutoModelForSequenceClassification.FromPretrained(_folder.File("merged"));
        TinyModels.AssertSame(merged, TinyModels.Logits(again));
    }

    [Fact]
    public void A_pickle_or_a_pointer_instead_of_the_weights_is_named()
    {
        Save(TinyModels.Gpt2(), new LoraConfig { R = 2 });
        File.WriteAllText(_folder.File("adapter_model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n");
        FluentActions.Invoking(() => Load(TinyModels.Gpt2()))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("git lfs pull");
        File.Move(_folder.File("adapter_model.safetensors"), _folder.File("adapter_model.bin"));
        FluentActions.Invoking(() => Load(TinyModels.Gpt2()))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("adapter_model.bin");
    }
}
