using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models.Gpt2;

public sealed class Gpt2ModelTests : IDisposable
{
    private const double Rounding = 1e-5;             // float32 sums of a few dozen terms in another order
    private static readonly Gpt2Config _tiny =
        new() { VocabSize = 31, NPositions = 12, NEmbd = 16, NLayer = 2, NHead = 2, InitializerRange = 0.3 };
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_later_token_does_not_change_an_earlier_one()
    {
        var model = Tiny();
        var first = Logits(model, tensor(new long[,] { { 5, 6, 7, 8 } }));
        var second = Logits(model, tensor(new long[,] { { 5, 6, 7, 30 } }));
        Close.Equal(first.narrow(1, 0, 3), second.narrow(1, 0, 3), 0, "earlier tokens");
        Assert.False(first.narrow(1, 3, 1).allclose(second.narrow(1, 3, 1)));
    }

    [Fact]
    public void Padding_does_not_change_the_logits_of_real_tokens()
    {
        var model = Tiny();
        var alone = Logits(model, tensor(new long[,] { { 5, 6, 7 } }));
        using var padded = new ModelInputs
        {
            InputIds = tensor(new long[,] { { 5, 6, 7, 0, 0 } }), AttentionMask = tensor(new long[,] { { 1, 1, 1, 0, 0 } }),
        };
        Close.Equal(alone, model.call(padded).Logits!.narrow(1, 0, 3), Rounding, "right padding");
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void With_a_cache_pieces_of_any_length_give_what_the_whole_text_gives(int piece)
    {
        var model = Tiny();
        var ids = tensor(new long[,] { { 5, 6, 7, 8, 9 }, { 0, 0, 3, 2, 1 } });
        var mask = tensor(new long[,] { { 1, 1, 1, 1, 1 }, { 0, 0, 1, 1, 1 } });
        using var free = no_grad();
        using var whole = new ModelInputs { InputIds = ids, AttentionMask = mask };
        var expected = model.call(whole).Logits!;
        using var cache = new KeyValueCache();
        var found = new List<Tensor>();
        for (var start = 0; start < 5; start += piece)
        {
            var length = Math.Min(piece, 5 - start);
            using var part = new ModelInputs { InputIds = ids.narrow(1, start, length), AttentionMask = mask.narrow(1, 0, start + length) };
            found.Add(model.call(part, new ForwardOptions { PastKeyValues = cache }).Logits!);
        }
        var read = mask.@bool();
        Close.Equal(expected[read], cat(found, 1)[read], Rounding, "pieces");
    }

    [Fact]
    public void Texts_that_are_packed_into_one_row_do_not_see_each_other()
    {
        var model = Tiny();
        using var packed = new ModelInputs
        {
            InputIds = tensor(new long[,] { { 5, 6, 7, 8, 9 } }), PositionIds = tensor(new long[,] { { 0, 1, 0, 1, 2 } }),
        };
        var together = model.call(packed).Logits!;
        Close.Equal(Logits(model, tensor(new long[,] { { 5, 6 } })), together.narrow(1, 0, 2), Rounding, "first text");
        Close.Equal(Logits(model, tensor(new long[,] { { 7, 8, 9 } })), together.narrow(1, 2, 3), Rounding, "second text");
    }

    [Fact]
    public void The_loss_over_a_count_of_items_adds_up_over_micro_batches()
    {
        var model = Tiny();
        var ids = tensor(new long[,] { { 5, 6, 7, 8 }, { 9, 8, 7, 6 } });
        var labels = tensor(new long[,] { { -100, -100, 7, 8 }, { 9, 8, 7, -100 } });
        using var whole = new ModelInputs { InputIds = ids, Labels = labels };
        // As in the trainer of transformers, the first token of a row is counted, although the mean does not include its loss.
        Assert.Equal(5, model.CountTargets(whole));
        var mean = model.call(whole).Loss!.item<float>();
        var sum = Enumerable.Range(0, 2).Sum(row =>
        {
            using var micro = new ModelInputs { InputIds = ids.narrow(0, row, 1), Labels = labels.narrow(0, row, 1) };
            return model.call(micro, new ForwardOptions { NumItemsInBatch = 4 }).Loss!.item<float>();
        });
        sum.Should().BeApproximately(mean, 1e-5f);
    }

    [Fact]
    public void LogitsToKeep_gives_the_logits_of_the_last_tokens()
    {
        var model = Tiny();
        var ids = tensor(new long[,] { { 5, 6, 7, 8 } });
        using var inputs = new ModelInputs { InputIds = ids };
        var last = new ForwardOptions { LogitsToKeep = 1 };
        Close.Equal(Logits(model, ids).narrow(1, 3, 1), model.call(inputs, last).Logits!, Rounding, "last");
        inputs.Labels = ids;
        FluentActions.Invoking(() => model.call(inputs, last))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("LogitsToKeep");
    }

    [Fact]
    public void Checkpoints_without_the_prefix_and_with_stored_masks_fill_a_model_with_a_head()
    {
        var model = Tiny();
        var folder = Directory.CreateTempSubdirectory("peftsharp-").FullName;
        try
        {
            model.SavePretrained(folder);
            var older = Safetensors.Load(Path.Combine(folder, "model.safetensors"))
                .ToDictionary(pair => pair.Key["transformer.".Length..], pair => pair.Value);
            foreach (var layer in Enumerable.Range(0, _tiny.NLayer))
                (older[$"h.{layer}.attn.bias"], older[$"h.{layer}.attn.masked_bias"]) = (ones(1, 1, 12, 12), tensor(-1e4f));
            CheckpointTensors.Save(folder, older);
            using var loaded = AutoModelForCausalLM.FromPretrained(folder);
            Assert.True(loaded.LoadReport!.IsComplete, loaded.LoadReport.ToString());
            var ids = tensor(new long[,] { { 5, 6, 7 } });
            Close.Equal(Logits(model, ids), Logits(loaded, ids), 0, "logits");
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Fact]
    public void New_projections_onto_the_residual_stream_start_narrower()
    {
        var wide = (Gpt2LMHeadModel)AutoModelForCausalLM.FromConfig(_tiny with { NEmbd = 64 });
        var weights = wide.state_dict();
        var expected = 0.3 / Math.Sqrt(2 * _tiny.NLayer);
        foreach (var name in weights.Keys.Where(name => name.EndsWith("c_proj.weight", StringComparison.Ordinal)))
            // 4096 draws or more: a standard error of 1.1 %
            ((double)weights[name].std().item<float>()).Should().BeInRange(0.9 * expected, 1.1 * expected, name);
        weights["transformer.h.0.attn.c_attn.weight"].std().item<float>().Should().BeInRange(0.27f, 0.33f);
        Assert.Equal(1, weights["transformer.ln_f.weight"].mean().item<float>());
    }

    [Fact]
    public void Errors_name_what_is_wrong_and_the_remedy()
    {
        var model = Tiny();
        FluentActions.Invoking(() => Logits(model, ones(1, 13, dtype: ScalarType.Int64)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("12 positions");
        FluentActions.Invoking(() => Logits(model, tensor(new long[,] { { 31 } })))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("31 rows");
        using var shortMask =
            new ModelInputs { InputIds = tensor(new long[,] { { 1, 2, 3 } }), AttentionMask = tensor(new long[,] { { 1, 1 } }) };
        FluentActions.Invoking(() => model.call(shortMask))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("attention_mask");
        var classifier = AutoModelForSequenceClassification.FromConfig(_tiny);
        FluentActions.Invoking(() => Logits(classifier, ones(2, 3, dtype: ScalarType.Int64)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("pad_token_id");
        FluentActions.Invoking(() => Gpt2LMHeadModel.FromConfig(_tiny with { NHead = 3, AttnPdrop = 1.5, ActivationFunction = "no" }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("n_head 3", "attn_pdrop is 1.5", "'no'");
    }

    [Fact]
    public void A_call_leaves_no_tensor_behind()
    {
        var model = Tiny();
        var ids = tensor(new long[,] { { 5, 6, 7 } });
        long Live()
        {
            using (var scope = NewDisposeScope())
            {
                using var inputs = new ModelInputs { InputIds = ids.alias(), Labels = ids.alias() };
                using var output = model.call(inputs, new ForwardOptions { OutputHiddenStates = true, OutputAttentions = true });
            }
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
        var before = Live();
        Assert.Equal(before, Live());
    }

    private static PretrainedModel Tiny()
    {
        manual_seed(3);
        var model = AutoModelForCausalLM.FromConfig(_tiny);
        model.eval();
        return model;
    }

    private static Tensor Logits(PretrainedModel model, Tensor ids)
    {
        using var inputs = new ModelInputs { InputIds = ids.alias() };
        return model.call(inputs).Logits!;
    }
}
