using PeftSharp.Modeling;
using PeftSharp.Models;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models;

/// <summary>
/// Tests that every family of text models must pass for every task. The configuration has a padding token and at least
/// <c>FirstFreeId + 10</c> tokens.
/// </summary>
public abstract class ModelFamilyTests<TConfig> : FamilyTests<TConfig> where TConfig : PretrainedConfig
{
    private const int Rows = 3, Tokens = 6, FirstFreeId = 5;
    private const double Rounding = 1e-5;                       // the same sums in another order

    /// <summary>Whether a token attends only to itself and the tokens before it.</summary>
    protected abstract bool IsCausal { get; }

    [Fact]
    public void Padding_does_not_change_real_tokens()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var pad = Tiny.PadTokenId!.Value;
        var ids = Ids(Rows, Tokens);
        var padded = cat([ids, full([Rows, 3], pad, ScalarType.Int64)], 1);
        var mask = cat([ones_like(ids), zeros([Rows, 3], ScalarType.Int64)], 1);
        var expected = model.call(new ModelInputs { InputIds = ids }).LastHiddenState!;
        var found = model.call(new ModelInputs { InputIds = padded, AttentionMask = mask }).LastHiddenState!;
        Close.Equal(expected, found.narrow(1, 0, Tokens), Rounding, "real tokens");
    }

    [Fact]
    public void A_later_token_changes_earlier_ones_unless_the_family_is_causal()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var ids = Ids(1, Tokens);
        var other = ids.clone();
        other[0, Tokens - 1] = FirstFreeId + (ids[0, Tokens - 1].item<long>() + 1 - FirstFreeId) % 10;
        var before = model.call(new ModelInputs { InputIds = ids }).LastHiddenState!.narrow(1, 0, Tokens - 1);
        var after = model.call(new ModelInputs { InputIds = other }).LastHiddenState!.narrow(1, 0, Tokens - 1);
        var difference = (before - after).abs().max().item<float>();
        if (IsCausal) difference.Should().BeApproximately(0, 1e-6f);
        else difference.Should().BeGreaterThan(1e-4f);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(4)]
    public void Pieces_with_a_cache_give_what_the_whole_text_gives(int piece)
    {
        using var model = Build(ModelTask.FeatureExtraction);
        if (!model.SupportsCache)
        {
            using var unused = new KeyValueCache();
            FluentActions.Invoking(
                () => model.call(new ModelInputs { InputIds = Ids(1, 2) }, new ForwardOptions { PastKeyValues = unused }))
                .Should().ThrowExactly<ArgumentException>();
            return;
        }
        using var free = no_grad();
        var ids = Ids(Rows, Tokens);
        var expected = model.call(new ModelInputs { InputIds = ids }).LastHiddenState!;
        using var cache = new KeyValueCache();
        var found = new List<Tensor>();
        for (var start = 0; start < Tokens; start += piece)
            found.Add(model.call(new ModelInputs { InputIds = ids.narrow(1, start, Math.Min(piece, Tokens - start)) },
                new ForwardOptions { PastKeyValues = cache }).LastHiddenState!);
        Close.Equal(expected, cat(found, 1), Rounding, $"pieces of {piece}");
    }

    [Fact]
    public void Attentions_are_probabilities_and_leave_the_output_as_it_is()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var options = new ForwardOptions { OutputAttentions = true, OutputHiddenStates = true };
        var plain = model.call(new ModelInputs { InputIds = Ids(Rows, Tokens) });
        var output = model.call(new ModelInputs { InputIds = Ids(Rows, Tokens) }, options);
        Close.Equal(plain.LastHiddenState!, output.LastHiddenState!, Rounding, "last hidden state");
        Assert.Equal(output.HiddenStates.Count - 1, output.Attentions.Count);
        foreach (var attention in output.Attentions)
        {
            new[] { attention.shape[0], attention.shape[2], attention.shape[3] }.Should().Equal(Rows, Tokens, Tokens);
            Close.Equal(ones_like(attention.sum(-1)), attention.sum(-1), 1e-6, "sum of a row");
        }
    }

    [Fact]
    public void Attentions_of_a_batch_with_padding_on_the_left_leave_real_tokens_as_they_are()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var ids = cat([full([Rows, 2], Tiny.PadTokenId!.Value, ScalarType.Int64), Ids(Rows, Tokens)], 1);
        var mask = cat([zeros([Rows, 2], ScalarType.Int64), ones([Rows, Tokens], ScalarType.Int64)], 1);
        var inputs = new ModelInputs { InputIds = ids, AttentionMask = mask };
        var plain = model.call(inputs).LastHiddenState!.narrow(1, 2, Tokens);
        var output = model.call(inputs, new ForwardOptions { OutputAttentions = true });
        Close.Equal(plain, output.LastHiddenState!.narrow(1, 2, Tokens), Rounding, "real tokens");
        output.Attentions.Should().AllSatisfy(attention => attention.isfinite().all().item<bool>().Should().BeTrue());
    }

    [Theory]
    [InlineData(4), InlineData(-7)]
    public void Resized_embeddings_keep_the_logits_of_the_tokens_that_stay(int change)
    {
        foreach (var task in Tasks)
        {
            using var model = Build(task);
            var inputs = Inputs(model, labels: false);
            var vocabulary = ((TextConfig)model.Config).VocabSize;
            var before = model.call(inputs);
            model.ResizeTokenEmbeddings(vocabulary + change);
            var after = model.call(inputs);
            Assert.Equal(vocabulary + change, ((TextConfig)model.Config).VocabSize);
            var kept = Math.Min(vocabulary, vocabulary + change);
            foreach (var (name, tensor) in before.Predictions)
            {
                var isScores = tensor.shape[^1] == vocabulary;
                if (isScores) Assert.Equal(vocabulary + change, after[name]!.shape[^1]);
                Close.Equal(isScores ? tensor.narrow(-1, 0, kept) : tensor, isScores ? after[name]!.narrow(-1, 0, kept) : after[name]!,
                    Rounding, $"{task} {name}");
            }
            using var folder = new TemporaryFolder();
            model.SavePretrained(folder.Path);
            using var loaded = AutoLoader.FromPretrained(folder.Path, task, null);
            AssertSameBits(model.state_dict(), loaded.state_dict());
        }
    }

    [Fact]
    public void A_tensor_or_label_that_the_model_does_not_read_is_refused_by_name()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        FluentActions.Invoking(() => model.call(new ModelInputs { InputIds = Ids(1, 2), ["colour"] = ones(1, 2) }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'colour'");
        var vocabulary = ((TextConfig)model.Config).VocabSize;
        FluentActions.Invoking(() => model.call(new ModelInputs { InputIds = full([1, 2], vocabulary, ScalarType.Int64) }))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("vocab_size");
    }

    private static Tensor Ids(int rows, int tokens)
    {
        using var generator = new Generator(7);
        return randint(FirstFreeId, FirstFreeId + 10, [rows, tokens], dtype: ScalarType.Int64, generator: generator);
    }

    protected override ModelInputs Inputs(PretrainedModel model, bool labels)
    {
        var ids = Ids(Rows, Tokens);
        if (model.Objective is MultipleChoiceObjective) ids = stack([ids, ids.flip(1)], 1);
        var inputs = new ModelInputs { InputIds = ids };
        if (!labels) return inputs;
        foreach (var name in model.LabelNames)
            inputs[name] = model.Objective switch
            {
                LanguageModelObjective => ids.clone(),
                TokenClassificationObjective => ids % model.Config.NumLabels,
                SequenceClassificationObjective => arange(Rows, ScalarType.Int64) % model.Config.NumLabels,
                MultipleChoiceObjective => arange(Rows, ScalarType.Int64) % 2,
                _ => arange(Rows, ScalarType.Int64),
            };
        return inputs;
    }
}
