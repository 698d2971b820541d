using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tuners;

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
            Enumerable.Range(0, 3).Select(layer => config.WindowOf(layer) ?? 0).Should().Equal(first, second, third);
        }
    }

    [Fact]
    public void All_layers_of_Mistral_have_the_window_of_the_configuration()
    {
        Windows("\"sliding_window\": 4").Should().AllBeEquivalentTo(4);
        Windows("\"sliding_window\": null").Should().AllBeEquivalentTo<int?>(null);
        FluentActions.Invoking(() => Read("mistral", "\"sliding_window\": 0").Validate()).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("sliding_window is 0");

        static IEnumerable<int?> Windows(string fields) => Enumerable.Range(0, 3).Select(Read("mistral", fields).WindowOf);
    }

    [Theory]
    [InlineData("\"layer_types\": [\"full_attention\"]", "layer_types has 1 entries")]
    [InlineData("\"layer_types\": [\"full_attention\", \"full_attention\", \"chunked_attention\"]", "'chunked_attention'")]
    [InlineData("\"layer_types\": [\"full_attention\", \"full_attention\", \"sliding_attention\"]", "use_sliding_window")]
    [InlineData("\"use_sliding_window\": true, \"sliding_window\": 0", "sliding_window is 0")]
    public void Invalid_windows_are_refused(string fields, string expected) =>
        FluentActions.Invoking(() => Read("qwen2", fields).Validate()).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain(expected);

    [Theory]
    [InlineData("llama", "k_proj"), InlineData("mistral", "k_proj"), InlineData("qwen2", "q_proj"), InlineData("qwen3", "q_proj")]
    public void Default_targets_are_those_of_peft(string type, string third)
    {
        using var lora = AutoModelForCausalLM.FromConfig(Read(type, "")).GetPeftModel(new LoraConfig { R = 2 });
        Targets(lora).Should().BeEquivalentTo("q_proj", "v_proj");
        using var ia3 = AutoModelForCausalLM.FromConfig(Read(type, "")).GetPeftModel(new Ia3Config());
        Targets(ia3).Should().BeEquivalentTo(third, "v_proj", "down_proj");

        static IEnumerable<string> Targets(PeftModel model) => ((LayerConfig)model.PeftConfigs["default"]).TargetModules!;
    }

    private static DecoderConfig Read(string type, string fields) => (DecoderConfig)ModelFamilies.Get(type)
        .ReadConfig(
            (JsonObject)JsonNode.Parse($$"""{ "model_type": "{{type}}", {{Sizes}}{{(fields.Length > 0 ? ", " : "")}}{{fields}} }""")!);
}
