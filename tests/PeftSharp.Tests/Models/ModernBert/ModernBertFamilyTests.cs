using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.ModernBert;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models.ModernBert;

public sealed class ModernBertFamilyTests : ModelFamilyTests<ModernBertConfig>
{
    protected override ModernBertConfig Tiny => Small;

    protected override bool IsCausal => false;

    private static ModernBertConfig Small => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 24,
        GlobalAttnEveryNLayers = 2, LocalAttention = 4, PadTokenId = 0, BosTokenId = 1, EosTokenId = [2], NumLabels = 3,
    };

    [Fact]
    public void Fields_of_transformers_4_and_5_give_the_same_configuration()
    {
        var older = Read("""
            "global_rope_theta": 150000.0, "local_rope_theta": 5000.0, "global_attn_every_n_layers": 2, "num_hidden_layers": 4
            """);
        var newer = Read("""
            "rope_parameters": { "full_attention": { "rope_type": "default", "rope_theta": 150000.0 },
                                 "sliding_attention": { "rope_type": "default", "rope_theta": 5000.0 } },
            "num_hidden_layers": 4, "layer_types": ["full_attention", "sliding_attention", "full_attention", "sliding_attention"]
            """);
        foreach (var config in new[] { older, newer })
        {
            config.Validate();
            (Theta(config, "full_attention"), Theta(config, "sliding_attention")).Should().Be((150000.0, 5000.0));
            Enumerable.Range(0, 4).Select(config.IsLocal).Should().Equal(false, true, false, true);
        }
        var defaults = Read("\"hidden_size\": 768");
        (Theta(defaults, "full_attention"), Theta(defaults, "sliding_attention")).Should().Be((160000.0, 10000.0));
        Enumerable.Range(0, 4).Select(defaults.IsLocal).Should().Equal(false, true, true, false);
        Theta(Read("\"global_rope_theta\": 150000.0, \"local_rope_theta\": null"), "sliding_attention").Should().Be(150000.0);
    }

    [Fact]
    public void A_classifier_reads_the_mean_of_the_tokens_that_are_not_padding()
    {
        using var scope = NewDisposeScope();
        using var model = AutoModelForSequenceClassification.FromConfig(Small with { ClassifierPooling = "mean" });
        model.eval();
        var ids = arange(5, 9, ScalarType.Int64).unsqueeze(0);
        var padded = cat([ids, zeros([1, 2], ScalarType.Int64)], 1);
        var mask = cat([ones_like(ids), zeros([1, 2], ScalarType.Int64)], 1);
        var plain = model.call(new ModelInputs { InputIds = ids }).Logits!;
        Close.Equal(plain, model.call(new ModelInputs { InputIds = padded, AttentionMask = mask }).Logits!, 1e-5, "logits");
    }

    [Fact]
    public void Sparse_prediction_returns_the_logits_of_the_labeled_tokens()
    {
        using var scope = NewDisposeScope();
        using var model = AutoModelForMaskedLM.FromConfig(Small with { SparsePrediction = true });
        model.eval();
        var ids = arange(5, 17, ScalarType.Int64).reshape(2, 6);
        var labels = full_like(ids, -100);
        (labels[0, 2], labels[1, 4]) = (ids[0, 2], ids[1, 4]);
        var all = model.call(new ModelInputs { InputIds = ids }).Logits!;
        var sparse = model.call(new ModelInputs { InputIds = ids, Labels = labels });
        Close.Equal(stack([all[0, 2], all[1, 4]]), sparse.Logits!, 1e-6, "logits");
        Close.Equal(nn.functional.cross_entropy(sparse.Logits!, labels[labels.ne(-100)]), sparse.Loss!, 1e-6, "loss");
    }

    [Theory]
    [InlineData("\"classifier_pooling\": \"max\"", "max")]
    [InlineData("\"sparse_pred_ignore_index\": 0", "sparse_pred_ignore_index")]
    [InlineData("\"layer_types\": [\"chunked_attention\"], \"num_hidden_layers\": 1", "chunked_attention")]
    [InlineData("\"rope_scaling\": { \"type\": \"bent\" }", "bent")]
    public void A_value_that_is_not_supported_is_refused_by_name(string field, string name) =>
        FluentActions.Invoking(() => Read(field).Validate()).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain(name);

    private static double Theta(ModernBertConfig config, string type) => config.RopeParameters![type].RopeTheta;

    private static ModernBertConfig Read(string fields) => (ModernBertConfig)ModernBertFamily.Instance.ReadConfig(
        (JsonObject)JsonNode.Parse($$"""{ "model_type": "modernbert", {{fields}} }""")!);
}
