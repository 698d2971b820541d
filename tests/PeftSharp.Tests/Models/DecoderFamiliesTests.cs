using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Models;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models;

/// <summary>What the families of decoders with LLaMA's layers share: the fields of published files, windows and default targets.</summary>
public sealed class DecoderFamiliesTests
{
    private const string Sizes = """
        "vocab_size": 31, "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 24,
        "num_key_value_heads": 2, "max_position_embeddings": 12, "pad_token_id": 0
        """;

    private static readonly string[] _windowed = ["qwen2", "qwen3"];

    public static TheoryData<string> Types => ["llama", "mistral", "qwen2", "qwen3"];

    /// <summary>The fields that determine the arithmetic, as published; "SmolLM2", "Phi-3", … only name the case.</summary>
    private static readonly Dictionary<string, string> _published = new()
    {
        ["SmolLM2"] = """
            "model_type": "llama", "head_dim": null, "is_llama_config": true, "rope_interleaved": false, "rope_scaling": null,
            "rope_theta": 100000, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "pretraining_tp": 1, "mlp_bias": false
            """,
        ["TinyLlama"] = """
            "model_type": "llama", "rms_norm_eps": 1e-05, "rope_scaling": null, "tie_word_embeddings": false, "torch_dtype": "float32"
            """,
        ["Qwen2.5"] = """
            "model_type": "qwen2", "rope_theta": 1000000.0, "use_sliding_window": false, "sliding_window": 32768,
            "max_window_layers": 21, "tie_word_embeddings": true, "use_mrope": false, "torch_dtype": "bfloat16"
            """,
        ["Phi-3-mini-128k"] = """
            "model_type": "phi3", "original_max_position_embeddings": 4096, "sliding_window": 262144, "torch_dtype": "bfloat16",
            "rope_scaling": { "type": "su", "short_factor": [1.05, 1.1], "long_factor": [1.5, 2] }, "resid_pdrop": 0.0
            """,
        ["Phi-4-mini"] = """
            "model_type": "phi3", "original_max_position_embeddings": 8, "partial_rotary_factor": 0.5, "rope_theta": 10000.0,
            "rope_scaling": { "type": "longrope", "short_factor": [1.0], "long_factor": [1] }, "sliding_window": 262144,
            "tie_word_embeddings": true, "full_attn_mod": 1, "interpolate_factor": 1, "lm_head_bias": false
            """,
        ["Gemma 3"] = """
            "model_type": "gemma3_text", "head_dim": 8, "sliding_window": 4, "sliding_window_pattern": 2, "rope_theta": 1000000,
            "rope_local_base_freq": 10000, "rope_scaling": { "rope_type": "linear", "factor": 8.0 }, "query_pre_attn_scalar": 8,
            "final_logit_softcapping": null, "attn_logit_softcapping": null, "cache_implementation": "hybrid", "eos_token_id": [1, 30]
            """,
    };

    [Theory, MemberData(nameof(Types))]
    public void Fields_of_transformers_4_and_5_give_the_same_configuration(string type)
    {
        const string older = """
            "torch_dtype": "bfloat16", "rope_theta": 500000.0, "rope_scaling": { "type": "linear", "factor": 2.0 }
            """;
        const string newer = """
            "dtype": "bfloat16", "rope_parameters": { "rope_type": "linear", "factor": 2.0, "rope_theta": 500000.0 }
            """;
        var (first, second) = (Read(type, older), Read(type, newer));
        first.Dtype.Should().Be("bfloat16");
        first.RopeParameters.Should().Be(second.RopeParameters);
        (first.RopeParameters.RopeTheta, first.RopeParameters.RopeType, first.RopeParameters.Factor).Should().Be((500000.0, "linear", 2.0));
        Read(type, "\"rope_scaling\": null, \"rope_theta\": 1e6").RopeParameters.RopeTheta.Should().Be(1e6);
        Read(type, "\"use_cache\": true").TieWordEmbeddings.Should().BeFalse();
    }

    [Theory, MemberData(nameof(Types))]
    public void Fields_of_the_rotary_embedding_have_the_precedence_of_transformers(string type)
    {
        const string newer = "\"rope_parameters\": { \"rope_type\": \"linear\", \"factor\": 3.0, \"rope_theta\": 77.0 }";
        var empty = Read(type, $"\"rope_scaling\": {{ }}, {newer}").RopeParameters;
        (empty.RopeType, empty.Factor, empty.RopeTheta).Should().Be(("linear", 3, 77));
        var both = Read(type, $"\"rope_scaling\": {{ \"type\": \"linear\", \"factor\": 2.0 }}, {newer}").RopeParameters;
        (both.Factor, both.RopeTheta).Should().Be((2, 10000));

        const string yarn = "\"rope_scaling\": { \"type\": \"yarn\", \"factor\": 2.0, \"original_max_position_embeddings\": 10 }";
        Read(type, yarn).RopeParameters.OriginalMaxPositionEmbeddings.Should().Be(10);
        Read(type, $"{yarn}, \"original_max_position_embeddings\": 6").RopeParameters.OriginalMaxPositionEmbeddings.Should().Be(6);
    }

    [Fact]
    public void The_factor_of_YaRN_is_by_default_that_of_the_lengths()
    {
        const string lengths = "\"rope_scaling\": { \"type\": \"yarn\", \"original_max_position_embeddings\": 3";
        using var scope = NewDisposeScope();
        var positions = arange(9, ScalarType.Int64).unsqueeze(0);
        var (derived, given) = (Tables(lengths + " }"), Tables(lengths + ", \"factor\": 4.0 }"));         // max_position_embeddings is 12
        Close.Equal(given.Cosine, derived.Cosine, 0, "cosine");
        Close.Equal(given.Sine, derived.Sine, 0, "sine");

        RotaryTables Tables(string fields) => Read("llama", fields).Decoder.Rotary.Tables(positions, ScalarType.Float32);
    }

    [Theory]
    [InlineData("""
        "use_sliding_window": false, "sliding_window": 4, "max_window_layers": 1
        """, 0, 0, 0)]
    [InlineData("""
        "use_sliding_window": true, "sliding_window": 4, "max_window_layers": 1
        """, 0, 4, 4)]
    [InlineData("""
        "use_sliding_window": true, "sliding_window": null, "max_window_layers": 1
        """, 0, 0, 0)]
    [InlineData("""
        "use_sliding_window": true, "sliding_window": 4, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]
        """, 4, 0, 4)]
    public void Layers_have_the_windows_of_the_configuration(string fields, int first, int second, int third)
    {
        foreach (var type in _windowed)
        {
            var config = Read(type, fields);
            config.Validate();
            Enumerable.Range(0, 3).Select(layer => config.GetSlidingWindow(layer) ?? 0).Should().Equal(first, second, third);
        }
    }

    [Fact]
    public void All_layers_of_Mistral_have_the_window_of_the_configuration()
    {
        Windows("\"sliding_window\": 4").Should().AllBeEquivalentTo(4);
        Windows("\"sliding_window\": null").Should().AllBeEquivalentTo<int?>(null);
        FluentActions.Invoking(() => Read("mistral", "\"sliding_window\": 0").Validate()).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("sliding_window is 0");

        static IEnumerable<int?> Windows(string fields) => Enumerable.Range(0, 3).Select(Read("mistral", fields).GetSlidingWindow);
    }

    [Theory]
    [InlineData("\"layer_types\": [\"full_attention\"]", "layer_types has 1 element")]
    [InlineData("\"layer_types\": [\"full_attention\", \"full_attention\", \"chunked_attention\"]", "'chunked_attention'")]
    [InlineData("\"layer_types\": [\"full_attention\", \"full_attention\", \"sliding_attention\"]", "use_sliding_window")]
    [InlineData("\"use_sliding_window\": true, \"sliding_window\": 0", "sliding_window is 0")]
    public void Invalid_windows_are_refused(string fields, string expected) =>
        FluentActions.Invoking(() => Read("qwen2", fields).Validate()).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain(expected);

    [Theory]
    [InlineData("llama", "q_proj", "k_proj", "v_proj"), InlineData("mistral", "q_proj", "k_proj", "v_proj")]
    [InlineData("qwen2", "q_proj", "q_proj", "v_proj"), InlineData("qwen3", "q_proj", "q_proj", "v_proj")]
    [InlineData("gemma3_text", "q_proj", "q_proj", "v_proj"), InlineData("phi3", "qkv_proj", "qkv_proj", "qkv_proj")]
    public void Default_targets_are_those_of_peft(string type, string query, string scaled, string value)
    {
        using var lora = AutoModelForCausalLM.FromConfig(Read(type, "")).GetPeftModel(new LoraConfig { R = 2 });
        Targets(lora).Should().BeEquivalentTo(new[] { query, value }.Distinct());
        using var ia3 = AutoModelForCausalLM.FromConfig(Read(type, "")).GetPeftModel(new Ia3Config());
        Targets(ia3).Should().BeEquivalentTo(new[] { scaled, value, "down_proj" }.Distinct());

        static IEnumerable<string> Targets(PeftModel model) => ((LayerConfig)model.PeftConfigs["default"]).TargetModules!;
    }

    [Theory]
    [InlineData("SmolLM2", "default", 100000, true), InlineData("TinyLlama", "default", 10000, false)]
    [InlineData("Qwen2.5", "default", 1000000, true), InlineData("Phi-3-mini-128k", "longrope", 10000, false)]
    [InlineData("Phi-4-mini", "longrope", 10000, true), InlineData("Gemma 3", "linear", 1000000, true)]
    public void Published_configurations_are_read_and_written_back(string name, string ropeType, double theta, bool isTied)
    {
        var fields = _published[name];
        var type = (string)JsonNode.Parse($"{{ {fields} }}")!["model_type"]!;
        var config = Read(type, fields[(fields.IndexOf(',', StringComparison.Ordinal) + 1)..]);
        (config.RopeParameters.RopeType, config.RopeParameters.RopeTheta, config.TieWordEmbeddings).Should().Be((ropeType, theta, isTied));
        using var folder = new TemporaryFolder();
        using var model = AutoModelForCausalLM.FromConfig(config);
        model.SavePretrained(folder.Path);
        // transformers warns about the field in models that rotate whole heads.
        File.ReadAllText(folder.File("config.json")).Should().NotContain("\"partial_rotary_factor\": 1");
        using var again = AutoModelForCausalLM.FromPretrained(folder.Path);
        again.Config.Should().BeEquivalentTo(model.Config with { Architectures = [model.GetName()], Dtype = "float32" }, options => options
            .ComparingRecordsByMembers().Excluding(member => member.Name == "AdditionalFields"));
        again.LoadReport!.IsComplete.Should().BeTrue();
    }

    [Fact]
    public void The_activation_of_Gemma_3_has_one_field()
    {
        var config = Read("gemma3_text", "\"hidden_act\": \"relu\"");                 // transformers reads hidden_activation only
        config.HiddenAct.Should().Be("gelu_pytorch_tanh");
        using var folder = new TemporaryFolder();
        ConfigFiles.Write(folder.File("config.json"), Read("gemma3_text", ""));
        var written = JsonFile.Read(folder.File("config.json"));
        ((string?)written["hidden_activation"], written.ContainsKey("hidden_act")).Should().Be(("gelu_pytorch_tanh", false));
    }

    [Fact]
    public void Layers_of_Gemma_3_have_their_own_windows_and_rotary_bases()
    {
        var config = Read("gemma3_text", _published["Gemma 3"][_published["Gemma 3"].IndexOf("\"head_dim\"", StringComparison.Ordinal)..]);
        Enumerable.Range(0, 3).Select(layer => config.GetSlidingWindow(layer) ?? 0).Should().Equal(4, 0, 4);
        (config.RopeParameters.RopeTheta, config.RopeParameters.Factor).Should().Be((1e6, 8));
        (config.RopeParameters.SlidingAttention!.RopeTheta, config.RopeParameters.SlidingAttention.RopeType).Should().Be((1e4, "default"));
        var newer = Read("gemma3_text", """
            "head_dim": 8, "layer_types": ["full_attention", "sliding_attention", "full_attention"], "sliding_window": 5,
            "rope_parameters": { "full_attention": { "rope_theta": 500.0, "rope_type": "dynamic", "factor": 2.0 },
                                 "sliding_attention": { "rope_theta": 20.0, "rope_type": "default" } }
            """);
        Enumerable.Range(0, 3).Select(layer => newer.GetSlidingWindow(layer) ?? 0).Should().Equal(0, 5, 0);
        (newer.RopeParameters.RopeTheta, newer.RopeParameters.RopeType).Should().Be((500, "dynamic"));
        newer.RopeParameters.SlidingAttention!.RopeTheta.Should().Be(20);
    }

    [Theory]
    [InlineData("llama", "\"rope_scaling\": { \"type\": \"mrope\" }", "rope_type is 'mrope'")]
    [InlineData("llama", "\"rope_scaling\": { \"type\": \"yarn\" }", "requires factor")]
    [InlineData("llama", "\"rope_scaling\": { \"type\": \"longrope\" }", "requires short_factor")]
    [InlineData("llama", "\"partial_rotary_factor\": 0.5", "partial_rotary_factor is 0.5")]
    [InlineData("gemma3_text", "\"rope_parameters\": { \"sliding_attention\": { \"partial_rotary_factor\": 0.5 } }", "partial_rotary")]
    [InlineData("phi3", "\"rope_scaling\": { \"type\": \"linear\", \"factor\": 2 }", "rope_type is 'linear'")]
    [InlineData("gemma3_text", "\"final_logit_softcapping\": 30.0", "final_logit_softcapping is 30")]
    [InlineData("gemma3_text", "\"attn_logit_softcapping\": 50.0", "attn_logit_softcapping is 50")]
    [InlineData("gemma3_text", "\"use_bidirectional_attention\": true", "use_bidirectional_attention is true")]
    [InlineData("gemma3_text", "\"sliding_window\": null", "sliding_window is null")]
    [InlineData("gemma3_text", "\"rope_parameters\": { \"sliding_attention\": { \"rope_type\": \"other\" } }", "rope_type is 'other'")]
    public void Fields_that_are_not_supported_are_refused_by_name(string type, string fields, string expected) =>
        FluentActions.Invoking(() => Read(type, fields).Validate()).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain(expected);

    private static DecoderConfig Read(string type, string fields) => (DecoderConfig)ModelFamilies.Get(type)
        .ReadConfig(
            (JsonObject)JsonNode.Parse($$"""{ "model_type": "{{type}}", {{Sizes}}{{(fields.Length > 0 ? ", " : "")}}{{fields}} }""")!);
}
