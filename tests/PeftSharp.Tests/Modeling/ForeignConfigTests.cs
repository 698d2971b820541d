using System.Text.Json.Nodes;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Models.Gpt2;
using PeftSharp.Serialization;
using PeftSharp.Tests.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling;

/// <summary>Configurations as other versions and programs write them, with the meaning that transformers gives them.</summary>
public sealed class ForeignConfigTests : IDisposable
{
    private const string LfsPointer = "version https://git-lfs.github.com/spec/v1\noid "
        + "sha256:4cac19a2c3a4c5d4f5f7d0a1f3d0c5a5e6b7c8d9e0f1a2b3c4d5e6f708192a3b\nsize 133466304\n";
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private string Config => _folder.File("config.json");

    private void Write(string json) => File.WriteAllText(Config, json);

    private PretrainedConfig Read() => AutoConfig.FromPretrained(_folder.Path);

    [Fact]
    public void A_token_that_is_null_stays_null_when_the_configuration_is_saved_and_read_again()
    {
        foreach (var (json, name) in new[]
        {
            ("{\"model_type\": \"bert\", \"pad_token_id\": null}", "pad_token_id"),
            ("{\"model_type\": \"gpt2\", \"bos_token_id\": null}", "bos_token_id"),
        })
        {
            Write(json);
            var config = Read();
            ConfigFiles.Write(Config, config);
            JsonFile.Read(Config).Should().ContainKey(name).WhoseValue.Should().BeNull();
            Assert.Null(name == "pad_token_id" ? Read().PadTokenId : Read().BosTokenId);
        }
        Assert.DoesNotContain("attention_shape", File.ReadAllText(Config), StringComparison.Ordinal);
        Assert.DoesNotContain("max_positions", File.ReadAllText(Config), StringComparison.Ordinal);
    }

    // ---- labels, as transformers 5.23 resolves them ----

    [Theory]
    [InlineData("""{"num_labels": 3}""", "LABEL_0=0 LABEL_1=1 LABEL_2=2", 3)]
    [InlineData("""{"num_labels": 3, "id2label": null, "label2id": null}""", "LABEL_0=0 LABEL_1=1 LABEL_2=2", 3)]
    [InlineData("""{"num_labels": 2, "id2label": {"0": "a", "1": "b", "2": "c"}}""", "LABEL_0=0 LABEL_1=1", 2)]
    [InlineData(
        """{"num_labels": 3, "id2label": {"0": "a", "1": "b", "2": "c"}, "label2id": {"a": 0, "b": 1, "c": 2}}""", "a=0 b=1 c=2", 3)]
    [InlineData("""{"id2label": {"0": "a", "1": "b", "2": "c"}, "label2id": {"a": "0", "b": "1", "c": "2"}}""", "a=0 b=1 c=2", 3)]
    [InlineData("""{"id2label": {"0": "a", "1": "b"}}""", "a=0 b=1", 2)]
    [InlineData("""{"id2label": {"0": 7, "1": null}, "label2id": {"7": 0.0}}""", "7=0", 2)]
    [InlineData("""{"id2label": {"0": "a", "2": "b", "7": "c"}, "label2id": {"a": null, "b": 2, "c": 7}}""", "a=0 b=2 c=7", 3)]
    public void Labels_are_resolved_as_in_transformers(string json, string ids, int count)
    {
        Write("{\"model_type\": \"bert\", " + json[1..]);
        var config = Read();
        Assert.Equal(count, config.NumLabels);
        Assert.Equal(ids, string.Join(' ', config.Label2Id!.OrderBy(pair => pair.Value).Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Theory]
    [InlineData("""{"num_labels": "3"}""", "num_labels")]
    [InlineData("""{"num_labels": -1}""", "num_labels")]
    [InlineData("""{"id2label": {"a": 0}}""", "id2label")]
    [InlineData("""{"id2label": ["a", "b"]}""", "id2label")]
    [InlineData("""{"label2id": 3, "id2label": {"0": "a"}}""", "label2id")]
    [InlineData("""{"hidden_size": "16"}""", "'hidden_size' is \"16\"; an integer is expected")]
    [InlineData("""{"hidden_size": null}""", "'hidden_size' is null; an integer is expected")]
    [InlineData("""{"layer_norm_eps": "1e-12"}""", "'layer_norm_eps' is \"1e-12\"; a number is expected")]
    [InlineData("""{"problem_type": "multi"}""",
        "'problem_type' is \"multi\"; one of regression, single_label_classification, multi_label_classification is expected")]
    [InlineData("""{"problem_type": 1}""", "'problem_type' is 1; one of regression")]
    [InlineData("""{"is_decoder": 0}""", "'is_decoder' is 0; true or false is expected")]
    public void A_value_of_the_wrong_kind_is_named_with_what_is_expected(string json, string named)
    {
        Write("{\"model_type\": \"bert\", " + json[1..]);
        FluentActions.Invoking(Read).Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll(named, Config);
    }

    [Theory]
    [InlineData("""{"model_type": "clip", "text_config": {"hidden_size": "a"}}""",
        "field 'text_config.hidden_size' is \"a\"; an integer is expected")]
    [InlineData("""{"model_type": "clip", "vision_config": {"layer_norm_eps": []}}""",
        "field 'vision_config.layer_norm_eps' is []; a number is expected")]
    [InlineData("""{"model_type": "llama", "rope_parameters": {"rope_theta": "a"}}""",
        "field 'rope_parameters.rope_theta' is \"a\"; a number is expected")]
    [InlineData("""{"model_type": "gemma3_text", "rope_parameters": {"full_attention": {"rope_theta": "a"}}}""",
        "field 'rope_parameters.full_attention.rope_theta' is \"a\"; a number is expected")]
    [InlineData("""{"model_type": "gemma3_text", "layer_types": ["full_attention", 5]}""",
        "field 'layer_types[1]' is 5; a string is expected")]
    [InlineData("""{"model_type": "llama", "eos_token_id": [1, "a"]}""", "field 'eos_token_id[1]' is \"a\"; an integer is expected")]
    public void A_nested_value_of_the_wrong_kind_is_named_with_its_whole_path(string json, string named)
    {
        Write(json);
        FluentActions.Invoking(Read).Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(named);
    }

    [Theory]
    [InlineData("[15.5, 1.6]", "exponential_decay_length_penalty must be a pair of start index (an integer) and factor")]
    [InlineData("[\"a\", 1.6]", "field 'exponential_decay_length_penalty[0]' is \"a\"; a number is expected")]
    [InlineData("[15]", "must be a pair")]
    public void A_length_penalty_that_is_not_a_start_index_and_a_factor_is_refused(string value, string named)
    {
        File.WriteAllText(_folder.File("generation_config.json"), $"{{\"exponential_decay_length_penalty\": {value}}}");
        FluentActions.Invoking(() => GenerationConfig.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain(named);
    }

    [Theory]
    [InlineData("[[\"a\"], 1]")]
    [InlineData("[1, 1]")]
    [InlineData("[[1], \"a\"]")]
    public void A_bias_that_is_not_a_list_of_tokens_and_a_number_is_refused(string value)
    {
        File.WriteAllText(_folder.File("generation_config.json"), $"{{\"sequence_bias\": [{value}]}}");
        FluentActions.Invoking(() => GenerationConfig.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("sequence_bias must be a list of pairs");
    }

    [Theory]
    [InlineData("""{"problem_type": "single_label_classification", "num_labels": 1}""", "single_label_classification")]
    [InlineData("""{"quantization_config": {"quant_method": "bitsandbytes"}}""", "bitsandbytes")]
    [InlineData("""{"add_cross_attention": true}""", "add_cross_attention")]
    [InlineData("""{"hidden_act": "prelu"}""", "'prelu'")]
    [InlineData("""{"position_embedding_type": "relative_key_query"}""", "position_embedding_type is 'relative_key_query'")]
    public void Values_that_would_change_the_numbers_are_refused_by_name(string json, string named)
    {
        Write("{\"model_type\": \"bert\", " + json[1..]);
        FluentActions.Invoking(() => AutoModel.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(named);
    }

    [Fact]
    public void The_family_follows_from_the_architectures_when_model_type_is_absent()
    {
        Write("""{"architectures": ["BertForSequenceClassification"]}""");
        Assert.IsType<BertConfig>(Read());
        Write("""
            {"architectures": "GPT2LMHeadModel", "hidden_size": 48, "num_hidden_layers": 3, "n_head": 99, "num_attention_heads": 4,
            "max_position_embeddings": 20}
            """);
        var config = Assert.IsType<Gpt2Config>(Read());
        Assert.Equal((48, 3, 4, 20), (config.NEmbd, config.NLayer, config.NHead, config.NPositions));
        Write("""{"architectures": ["Unheard"]}""");
        FluentActions.Invoking(Read).Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("architectures");
    }

    [Fact]
    public void A_negative_padding_id_counts_from_the_end_as_in_PyTorch()
    {
        using var model = AutoModel.FromConfig(new BertConfig
        {
            VocabSize = 11, HiddenSize = 8, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 8, MaxPositionEmbeddings = 8,
            PadTokenId = -1,
        });
        var table = model.state_dict()["embeddings.word_embeddings.weight"];
        Assert.Equal(0, table[10].abs().sum().item<float>());
        Assert.NotEqual(0, table[9].abs().sum().item<float>());
    }

    // ---- activations; values of transformers 5.23 for -2, -0.5, 0, 0.5, 2, 7 ----

    [Theory]
    [InlineData("gelu_10", "-0.045500 -0.154269 0 0.345731 1.954500 7")]
    [InlineData("gelu_python", "-0.045500 -0.154269 0 0.345731 1.954500 7")]
    [InlineData("gelu_accurate", "-0.045402 -0.154286 0 0.345714 1.954598 7")]
    [InlineData("hardswish", "-0.333333 -0.208333 0 0.291667 1.666667 7")]
    [InlineData("laplace", "0 0.000009 0.006094 0.231421 0.999998 1")]
    [InlineData("leaky_relu", "-0.02 -0.005 0 0.5 2 7")]
    [InlineData("linear", "-2 -0.5 0 0.5 2 7")]
    [InlineData("mish", "-0.252501 -0.220744 0 0.375245 1.943959 6.999989")]
    [InlineData("relu2", "0 0 0 0.25 4 49")]
    [InlineData("relu6", "0 0 0 0.5 2 6")]
    [InlineData("sqrtsoftplus", "0.356270 0.688532 0.832555 0.986953 1.458399 2.645924")]
    public void Activations_have_the_values_of_transformers(string name, string expected)
    {
        var values = ActivationFunctions.Get(name)(tensor(new[] { -2f, -0.5f, 0f, 0.5f, 2f, 7f })).data<float>().ToArray();
        var numbers = Array.ConvertAll(
            expected.Split(' '), value => double.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        values.Should().HaveSameCount(numbers);
        foreach (var (number, value) in numbers.Zip(values)) ((double)value).Should().BeApproximately(number, 2e-6);
    }

    // ---- numbers ----

    [Fact]
    public void Numbers_of_a_configuration_convert_as_those_of_parsed_JSON()
    {
        Write("""{"features": 16, "rate": 0.5, "large": 12345678901}""");
        var json = JsonFile.Read(Config);
        Assert.Equal((16, 16L, 16.0, 0.5, 12345678901L),
            ((int)json["features"]!, (long)json["features"]!, (double)json["features"]!, (double)json["rate"]!, (long)json["large"]!));
        var config = PretrainedConfig.FromJson<BertConfig>(
            new JsonObject { ["hidden_size"] = 24, ["num_labels"] = 3, ["torch_dtype"] = "float16" });
        Assert.Equal((24, 3, "float16"), (config.HiddenSize, config.NumLabels, config.Dtype));
    }

    // ---- files with another content than their name says ----

    [Fact]
    public void A_Git_LFS_pointer_is_named_with_the_command_that_downloads_the_file()
    {
        using (var model = TinyModels.Gpt2()) model.SavePretrained(_folder.Path);
        foreach (var name in new[] { "model.safetensors", "config.json", "generation_config.json" })
        {
            var path = _folder.File(name);
            var bytes = File.ReadAllBytes(path);
            File.WriteAllText(path, LfsPointer);
            FluentActions.Invoking(() => AutoModelForCausalLM.FromPretrained(_folder.Path))
                .Should().ThrowExactly<CheckpointException>()
                .Which.Message.Should().ContainAll(path, "Git LFS pointer", "git lfs pull", "133466304");
            File.WriteAllBytes(path, bytes);
        }
        foreach (var (name, others) in new[]
        {
            ("tokenizer.json", ""), ("tokenizer_config.json", ""), ("vocab.txt", ""), ("vocab.json", "merges.txt"),
            ("merges.txt", "vocab.json"),
        })
        {
            using var tokenizer = new TemporaryFolder();
            File.WriteAllText(tokenizer.File(name), LfsPointer);
            if (others == "vocab.json") File.WriteAllText(tokenizer.File(others), "{}");
            else if (others.Length > 0) File.WriteAllText(tokenizer.File(others), "");
            FluentActions.Invoking(() => AutoTokenizer.FromPretrained(tokenizer.Path))
                .Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("git lfs pull");
        }
    }

    [Fact]
    public void The_name_of_a_repository_that_is_not_in_the_cache_is_refused_offline()
    {
        const string Name = "some-user/some-model";
        Exception[] errors =
        [
            FluentActions.Invoking(() => AutoModel.FromPretrained(Name)).Should().ThrowExactly<HubException>().Which,
            FluentActions.Invoking(() => AutoConfig.FromPretrained(Name)).Should().ThrowExactly<HubException>().Which,
            FluentActions.Invoking(() => AutoTokenizer.FromPretrained(Name)).Should().ThrowExactly<HubException>().Which,
            FluentActions.Invoking(() => PeftSharp.Tuners.PeftModel.FromPretrained(TinyModels.Gpt2(), Name))
                .Should().ThrowExactly<HubException>().Which,
        ];
        errors.Should().AllSatisfy(
            error => error.Message.Should().ContainAll(
                $"There is no folder '{Name}' (the full path is '{Path.GetFullPath(Name)}')", "HF_HUB_OFFLINE", "the path of a folder"));
        FluentActions.Invoking(() => AutoModel.FromPretrained("./models/bert")).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().ContainAll("'./models/bert' cannot be loaded", $"The full path is '{Path.GetFullPath("models/bert")}'.",
                "config.json, model.safetensors and the files of the tokenizer");
        Write("{}");
        FluentActions.Invoking(() => AutoModel.FromPretrained(Config))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("is a file");
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        Write("{}");
        var inside = Path.Combine(Config, "model");                 // a path below a file
        using var model = TinyModels.Gpt2();
        Action[] saves = [() => model.SavePretrained(inside), () => model.GenerationConfig.SavePretrained(inside),
            () => CheckpointTensors.Save(inside, model.state_dict())];
        foreach (var save in saves) save.Should().Throw<IOException>().Which.Message.Should().Contain($"'{inside}' cannot be written");
    }
}
