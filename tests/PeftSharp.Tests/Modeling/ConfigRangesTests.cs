using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Models.Bert;
using PeftSharp.Models.Clip;
using PeftSharp.Models.Gpt2;
using PeftSharp.Models.Llama;
using PeftSharp.Models.ModernBert;
using PeftSharp.Models.Vit;

namespace PeftSharp.Tests.Modeling;

/// <summary>Numbers with which every prediction would be NaN are rejected.</summary>
public sealed class ConfigRangesTests
{
    [Theory, InlineData(double.NaN), InlineData(double.PositiveInfinity), InlineData(-1e-6)]
    public void The_epsilon_of_a_norm_must_be_finite_and_not_negative(double value)
    {
        Rejected(new BertConfig { LayerNormEps = value }, "layer_norm_eps");
        Rejected(new Gpt2Config { LayerNormEpsilon = value }, "layer_norm_epsilon");
        Rejected(new LlamaConfig { RmsNormEps = value }, "rms_norm_eps");
        Rejected(new ModernBertConfig { NormEps = value }, "norm_eps");
        Rejected(new VitConfig { LayerNormEps = value }, "layer_norm_eps");
        Rejected(new ClipTextConfig { LayerNormEps = value }, "layer_norm_eps");
        new BertConfig { LayerNormEps = 0 }.Validate();
    }

    [Theory, InlineData(double.NaN), InlineData(double.PositiveInfinity), InlineData(0)]
    public void The_base_of_rotary_embeddings_must_be_finite_and_positive(double value) =>
        Rejected(new LlamaConfig { RopeParameters = new RotaryParameters { RopeTheta = value } }, "rope_theta");

    private static void Rejected(PretrainedConfig config, string field) =>
        FluentActions.Invoking(config.Validate).Should().ThrowExactly<ArgumentException>().WithMessage($"*{field} is *must be*");
}
