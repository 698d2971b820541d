using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Serialization;
using PeftSharp.Tests.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling;

/// <summary>Checkpoints that contain tied weights under either name, under both names, or as different values.</summary>
public sealed class TiedWeightsTests : IDisposable
{
    private const string Embeddings = "transformer.wte.weight", Head = "lm_head.weight";
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    /// <summary>Saves a model and rewrites its tensors.</summary>
    private Tensor Save(PretrainedModel model, Action<Dictionary<string, Tensor>> change)
    {
        model.SavePretrained(_folder.Path);
        var file = _folder.File("model.safetensors");
        var tensors = Safetensors.Load(file).ToDictionary(pair => pair.Key, pair => pair.Value);
        change(tensors);
        Safetensors.Save(file, tensors);
        return TinyModels.Logits(model);
    }

    private static void Move(Dictionary<string, Tensor> tensors, string from, string to)
    {
        tensors.Remove(from, out var tensor);
        tensors[to] = tensor!;
    }

    private static PretrainedModel MaskedBert()
    {
        manual_seed(1);
        var model = AutoModelForMaskedLM.FromConfig(new BertConfig
        {
            VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 12,
        });
        using (no_grad())
            foreach (var parameter in model.parameters()) parameter.add_(randn_like(parameter) * 0.1);
        model.eval();
        return model;
    }

    [Fact]
    public void A_head_without_embeddings_fills_both()
    {
        var expected = Save(TinyModels.Gpt2(), tensors => Move(tensors, Embeddings, Head));
        using var loaded = AutoModelForCausalLM.FromPretrained(_folder.Path);
        Assert.True(loaded.LoadReport!.IsComplete, loaded.LoadReport.ToString());
        TinyModels.AssertSame(expected, TinyModels.Logits(loaded));
        using var body = AutoModel.FromPretrained(_folder.Path);
        body.LoadReport!.MissingKeys.Should().BeEmpty();
    }

    [Fact]
    public void Equal_values_under_both_names_stay_tied()
    {
        var expected = Save(TinyModels.Gpt2(), tensors => tensors[Head] = tensors[Embeddings].clone());
        using var loaded = AutoModelForCausalLM.FromPretrained(_folder.Path);
        Assert.True(loaded.LoadReport!.IsComplete);
        Assert.True(loaded.Config.TieWordEmbeddings);
        TinyModels.AssertSame(expected, TinyModels.Logits(loaded));
    }

    [Fact]
    public void Different_values_untie_the_head_with_a_warning_and_survive_saving()
    {
        var tied = Save(TinyModels.Gpt2(), tensors => tensors[Head] = tensors[Embeddings] * 2);
        using var loaded = AutoModelForCausalLM.FromPretrained(_folder.Path);
        var logits = TinyModels.Logits(loaded);
        Close.Equal(tied * 2, logits, 1e-6, "logits");                       // the head is linear in its weight
        Assert.False(loaded.Config.TieWordEmbeddings);
        loaded.LoadReport!.Warnings.Should().ContainSingle().Which.Should().Contain("TieWordEmbeddings");
        loaded.SavePretrained(_folder.File("again"));
        using var again = AutoModelForCausalLM.FromPretrained(_folder.File("again"));
        TinyModels.AssertSame(logits, TinyModels.Logits(again));
        again.LoadReport!.Warnings.Should().BeEmpty();
    }

    [Fact]
    public void A_head_of_another_size_is_refused_by_name()
    {
        Save(TinyModels.Gpt2(), tensors => tensors[Head] = zeros(40, 16));
        FluentActions.Invoking(() => AutoModelForCausalLM.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("lm_head.weight");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Berts_decoder_fills_embeddings_and_bias(bool movesWeight, bool movesBias)
    {
        var expected = Save(MaskedBert(), tensors =>
        {
            if (movesWeight) Move(tensors, "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight");
            if (movesBias) Move(tensors, "cls.predictions.bias", "cls.predictions.decoder.bias");
        });
        using var loaded = AutoModelForMaskedLM.FromPretrained(_folder.Path);
        Assert.True(loaded.LoadReport!.IsComplete, loaded.LoadReport.ToString());
        TinyModels.AssertSame(expected, TinyModels.Logits(loaded));
    }

    [Fact]
    public void A_decoder_bias_in_the_file_takes_precedence()
    {
        var tied = Save(MaskedBert(), tensors => tensors["cls.predictions.decoder.bias"] = tensors["cls.predictions.bias"] + 1);
        using var loaded = AutoModelForMaskedLM.FromPretrained(_folder.Path);
        Close.Equal(tied + 1, TinyModels.Logits(loaded), 1e-6, "logits");
        loaded.LoadReport!.MissingKeys.Should().BeEmpty();
        loaded.LoadReport.UnexpectedKeys.Should().BeEmpty();
    }

    [Fact]
    public void An_untied_decoder_is_saved_with_the_second_bias_that_the_class_of_transformers_has()
    {
        Save(MaskedBert(), tensors => tensors["cls.predictions.decoder.bias"] = tensors["cls.predictions.bias"] + 1);
        using var untied = AutoModelForMaskedLM.FromPretrained(_folder.Path);
        Assert.False(untied.Config.TieWordEmbeddings);
        untied.SavePretrained(_folder.File("untied"));
        var saved = Safetensors.Load(Path.Combine(_folder.File("untied"), "model.safetensors"));
        saved.Keys.Should().Contain(["cls.predictions.bias", "cls.predictions.decoder.bias", "cls.predictions.decoder.weight"]);
        using var again = AutoModelForMaskedLM.FromPretrained(_folder.File("untied"));
        Assert.True(again.LoadReport!.IsComplete, again.LoadReport.ToString());
        TinyModels.AssertSame(TinyModels.Logits(untied), TinyModels.Logits(again));
    }

    [Fact]
    public void A_wrapped_or_twice_prefixed_checkpoint_loads_and_an_unmerged_one_is_refused()
    {
        foreach (var prefix in new[] { "module.", "_orig_mod.", "module._orig_mod.", "transformer." })
        {
            var expected = Save(
                TinyModels.Gpt2(), tensors => { foreach (var key in tensors.Keys.ToArray()) Move(tensors, key, prefix + key); });
            using var loaded = AutoModelForCausalLM.FromPretrained(_folder.Path);
            Assert.True(loaded.LoadReport!.IsComplete, prefix);
            TinyModels.AssertSame(expected, TinyModels.Logits(loaded), prefix);
        }
        Save(TinyModels.Gpt2(),
            tensors => Move(tensors, "transformer.h.0.attn.c_attn.weight", "transformer.h.0.attn.c_attn.base_layer.weight"));
        FluentActions.Invoking(() => AutoModelForCausalLM.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("base_layer");
    }

    [Fact]
    public void Weights_in_eight_bits_are_converted()
    {
        Save(TinyModels.Gpt2(), _ => { });
        // 2^-9, 1.5, -448, NaN as float8_e4m3fn; 2^-16, 1.5, -57344, infinity as float8_e5m2.
        byte[] bytes = [0x01, 0x3c, 0xfe, 0x7f, 0x01, 0x3e, 0xfb, 0x7c];
        const string header = """
            {"a": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]},
            "b": {"dtype": "F8_E5M2", "shape": [4], "data_offsets": [4, 8]}}
            """;
        File.WriteAllBytes(_folder.File("f8.safetensors"), PeftSharp.Tests.Serialization.SafetensorsBytes.Pack(header, bytes));
        using var file = SafetensorsFile.Open(_folder.File("f8.safetensors"));
        var (a, b) = (zeros(4), zeros(4));
        file.CopyTo("a", a);
        file.CopyTo("b", b);
        a.data<float>().ToArray().Should().Equal(0.001953125f, 1.5f, -448f, float.NaN);
        b.data<float>().ToArray().Should().Equal(0.0000152587890625f, 1.5f, -57344f, float.PositiveInfinity);
    }
}
