using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Models.Gpt2;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Small models with random weights, without dropout, and inputs for them.</summary>
internal static class TinyModels
{
    internal static PretrainedModel Gpt2(int width = 16)
    {
        manual_seed(1);
        var model = AutoModelForCausalLM.FromConfig(new Gpt2Config
        {
            VocabSize = 31, NPositions = 12, NEmbd = width, NLayer = 2, NHead = 2, AttnPdrop = 0, EmbdPdrop = 0, ResidPdrop = 0,
        });
        model.eval();
        return model;
    }

    internal static PretrainedModel Bert()
    {
        manual_seed(1);
        var model = AutoModelForSequenceClassification.FromConfig(new BertConfig
        {
            VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 12,
            HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0,
        });
        model.eval();
        return model;
    }

    internal static ModelInputs Inputs()
    {
        using var generator = new Generator(5);
        var ids = randint(5, 31, [3, 6], dtype: ScalarType.Int64, generator: generator);
        return new ModelInputs { InputIds = ids, Labels = ids.clone() };
    }

    internal static Tensor Logits(PretrainedModel model)
    {
        using var free = no_grad();
        using var inputs = Inputs();
        inputs.Labels = null;
        return model.call(inputs).Logits!;
    }

    /// <summary>Changes the weights of an adapter, so that it changes the answer.</summary>
    internal static void Disturb(PeftModel peft, int seed = 2)
    {
        using var free = no_grad();
        manual_seed(seed);
        foreach (var parameter in peft.parameters().Where(parameter => parameter.requires_grad))
            parameter.add_(randn_like(parameter) * 0.3);
    }

    internal static Dictionary<string, Tensor> Bits(TorchSharp.torch.nn.Module model) =>
        model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().cpu().clone());

    internal static bool Same(Tensor a, Tensor b) => a.shape.SequenceEqual(b.shape) && a.cpu().eq(b.cpu()).all().item<bool>();

    /// <summary>Fails unless both tensors have the same shape and the same numbers, none of which is NaN.</summary>
    internal static void AssertSame(Tensor expected, Tensor actual, string what = "tensor")
    {
        Close.Equal(expected, actual, 0.0, what);                   // names the element that differs most
        Assert.True(Same(expected, actual), $"{what} contains NaN.");
    }

    /// <summary>Fails unless both tensors have the same shape, type and bits.</summary>
    internal static void AssertSameBits(Tensor expected, Tensor actual, string what = "tensor")
    {
        actual.dtype.Should().Be(expected.dtype, what);
        Close.Equal(expected, actual, 0.0, what);                   // names the element that differs most
        Assert.True(expected.cpu().bytes.SequenceEqual(actual.cpu().bytes),
            $"{what} has the same numbers in other bits: zeros of the other sign, or another NaN.");
    }
}
