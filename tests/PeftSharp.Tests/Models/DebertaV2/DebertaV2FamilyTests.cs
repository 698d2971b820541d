using System.Text.Json.Nodes;
using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.DebertaV2;
using PeftSharp.Tests.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models.DebertaV2;

public sealed class DebertaV2FamilyTests : ModelFamilyTests<DebertaV2Config>
{
    protected override DebertaV2Config Tiny => Small;

    protected override bool IsCausal => false;

    private static DebertaV2Config Small => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 24,
        RelativeAttention = true, PositionBuckets = 4, PosAttType = ["c2p", "p2c"], ShareAttKey = true, NormRelEbd = "layer_norm",
        PositionBiasedInput = false, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
    };

    [Fact]
    public void The_fields_of_published_files_are_read()
    {
        var third = Read("""
            "attention_probs_dropout_prob": 0.1, "hidden_act": "gelu", "hidden_size": 768, "layer_norm_eps": 1e-07,
            "max_relative_positions": -1, "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": true,
            "pos_att_type": "p2c|c2p", "relative_attention": true, "position_biased_input": false, "type_vocab_size": 0,
            "num_attention_heads": 12, "num_hidden_layers": 12, "intermediate_size": 3072
            """);
        third.Validate();
        third.PosAttType.Should().Equal("p2c", "c2p");
        (third.Span, third.MaxDistance, third.MaxPositions, third.ConvKernelSize).Should().Be((256, 512, null, 0));
        var second = Read("""
            "hidden_size": 1536, "attention_head_size": 64, "num_attention_heads": 24, "conv_kernel_size": 3, "conv_act": "gelu",
            "pos_att_type": ["p2c", "c2p"], "relative_attention": true, "position_buckets": 256, "norm_rel_ebd": "layer_norm",
            "share_att_key": true, "position_biased_input": false, "type_vocab_size": 0
            """);
        second.Validate();
        (second.ConvKernelSize, second.ConvAct, second.VocabSize, second.LayerNormEps).Should().Be((3, "gelu", 128100, 1e-7));
    }

    [Theory]
    [InlineData("\"pos_att_type\": \"p2p\"", "p2p")]
    [InlineData("\"norm_rel_ebd\": \"rms_norm\"", "rms_norm")]
    [InlineData("\"conv_kernel_size\": 4", "conv_kernel_size")]
    [InlineData("\"pooler_hidden_size\": 7", "pooler_hidden_size")]
    [InlineData("\"attention_head_size\": 7", "attention_head_size")]
    [InlineData("\"classifier_dropout\": 0.2", "cls_dropout")]
    public void A_value_that_is_not_supported_is_refused_by_name(string field, string name) =>
        FluentActions.Invoking(() => Read(field).Validate()).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain(name);

    [Theory]
    [InlineData(true, "cls.predictions.transform.dense.weight"), InlineData(false, "lm_predictions.lm_head.dense.weight")]
    public void The_masked_language_model_has_the_older_or_the_newer_head(bool legacy, string name)
    {
        using var model = AutoModelForMaskedLM.FromConfig(Small with { Legacy = legacy });
        using var folder = new TemporaryFolder();
        model.SavePretrained(folder.Path);
        using var loaded = AutoModelForMaskedLM.FromPretrained(folder.Path);
        loaded.LoadReport!.IsComplete.Should().BeTrue();
        loaded.state_dict().Keys.Should().Contain(name);
    }

    [Fact]
    public void Positions_and_a_second_head_of_published_checkpoints_are_not_reported()
    {
        DebertaV2Family.Instance.IsObsoleteKey("deberta.embeddings.position_embeddings.weight").Should().BeTrue();
        DebertaV2Family.Instance.IsObsoleteKey("mask_predictions.dense.weight").Should().BeTrue();
        DebertaV2Family.Instance.IsObsoleteKey("deberta.embeddings.word_embeddings.weight").Should().BeFalse();
    }

    [Theory]
    [InlineData(16, true), InlineData(16, false), InlineData(4, true), InlineData(0, true)]
    public void Fused_attention_has_the_results_of_the_separate_operations(int buckets, bool shared)
    {
        using var scope = NewDisposeScope();
        using var model = AutoModelForSequenceClassification.FromConfig(Small with
        {
            PositionBuckets = buckets,
            ShareAttKey = shared,
            HiddenDropoutProb = 0.1,
            AttentionProbsDropoutProb = 0.1,
        });
        var ids = arange(5, 23, ScalarType.Int64).reshape(3, 6);
        var mask = ones_like(ids);
        mask[1, TensorIndex.Slice(4)] = 0;
        var inputs = new ModelInputs { InputIds = ids, AttentionMask = mask, Labels = arange(3, ScalarType.Int64) };
        foreach (var training in new[] { false, true })
        {
            model.train(training);
            var fused = Results(isOn: true);
            foreach (var (name, expected) in Results(isOn: false)) Close.Equal(expected, fused[name], 1e-4, $"{name}, training {training}");
        }

        Dictionary<string, Tensor> Results(bool isOn)
        {
            using var path = new PathSwitch(nameof(FastPaths.Attention), isOn);
            foreach (var parameter in model.parameters()) parameter.grad = null;
            manual_seed(9);
            var output = model.call(inputs);
            output.Loss!.backward();
            var results = model.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad!.clone());
            // The bias of a key adds the same value to all scores of a query, so its gradient is zero except for rounding.
            foreach (var name in results.Keys.Where(name => name.EndsWith("key_proj.bias", StringComparison.Ordinal)).ToArray())
                results.Remove(name);
            results["logits"] = output.Logits!;
            return results;
        }
    }

    [Fact]
    public void Token_types_are_accepted_without_embeddings_for_them()
    {
        using var scope = NewDisposeScope();
        using var model = AutoModel.FromConfig(Small);
        model.eval();
        var ids = arange(5, 11, ScalarType.Int64).unsqueeze(0);
        var plain = model.call(new ModelInputs { InputIds = ids }).LastHiddenState!;
        var typed = model.call(new ModelInputs { InputIds = ids, TokenTypeIds = ones_like(ids) }).LastHiddenState!;
        Close.Equal(plain, typed, 0, "hidden states");
    }

    private static DebertaV2Config Read(string fields) => (DebertaV2Config)DebertaV2Family.Instance.ReadConfig(
        (JsonObject)JsonNode.Parse($$"""{ "model_type": "deberta-v2", {{fields}} }""")!);
}
