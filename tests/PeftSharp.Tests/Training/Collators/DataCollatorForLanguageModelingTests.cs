using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training.Collators;

/// <summary>Batches have the numbers of transformers, with one difference.</summary>
public sealed class DataCollatorForLanguageModelingTests : IDisposable
{
    private const string Kind = "language_modeling";
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Cases => RecordedCollator.Names(Kind);

    [SkippableTheory, MemberData(nameof(Cases))]
    public void A_batch_is_the_recorded_one_with_the_same_masked_tokens(string name)
    {
        var recorded = RecordedCollator.Open(Kind, name);
        var options = recorded.Options;
        var collator = new DataCollatorForLanguageModeling(recorded.Tokenizer(), (bool?)options["mlm"] ?? true,
            (double?)options["mlm_probability"] ?? 0.15, (int?)options["pad_to_multiple_of"]);
        manual_seed(RecordedCollator.Seed);
        using var batch = collator.Collate(recorded.Rows);
        recorded.AssertIs(batch);
    }

    [Fact]
    public void With_the_end_token_as_padding_token_the_end_is_learned_and_only_padding_is_ignored()
    {
        var tokenizer = Gpt2();
        var end = tokenizer.EosTokenId!.Value;
        tokenizer.PadToken = tokenizer.EosToken;
        using var batch = new DataCollatorForLanguageModeling(tokenizer, mlm: false).Collate(Rows([7, 8, 9, end], [7, end]));
        batch.InputIds!.data<long>().ToArray().Should().Equal(7, 8, 9, end, 7, end, end, end);
        batch.Labels!.data<long>().ToArray().Should().Equal(7, 8, 9, end, 7, end, -100, -100);   // transformers has -100 for every end here
        batch.AttentionMask!.data<long>().ToArray().Should().Equal(1, 1, 1, 1, 1, 1, 0, 0);      // rows without a mask get one
    }

    [Fact]
    public void A_mask_that_hides_tokens_in_the_middle_keeps_them_out_of_the_loss()
    {
        var tokenizer = Gpt2();
        tokenizer.PadToken = tokenizer.EosToken;
        var rows = Dataset.FromDict(("input_ids", new[] { new[] { 7, 8, 9 } }), ("attention_mask", new[] { new[] { 1, 0, 1 } })).ToArray();
        using var batch = new DataCollatorForLanguageModeling(tokenizer, mlm: false).Collate(rows);
        batch.Labels!.data<long>().ToArray().Should().Equal(7, -100, 9);
    }

    [Fact]
    public void The_labels_name_the_masked_tokens_and_special_tokens_and_padding_are_never_masked()
    {
        var tokenizer = Bert();
        var (open, close) = (tokenizer.ClsTokenId!.Value, tokenizer.SepTokenId!.Value);
        var rows = Rows([open, .. Enumerable.Range(10, 60), close], [open, .. Enumerable.Range(80, 20), close]);
        using var plain = new DataCollatorWithPadding(tokenizer).Collate(rows);
        manual_seed(5);
        using var batch = new DataCollatorForLanguageModeling(tokenizer, mlmProbability: 1).Collate(rows);
        var (before, after, labels) = (plain.InputIds!.data<long>().ToArray(), batch.InputIds!.data<long>().ToArray(),
            batch.Labels!.data<long>().ToArray());
        labels.Should().Equal(before.Select(id => tokenizer.AllSpecialIds.Contains((int)id) ? -100 : id));
        var named = labels.Count(label => label != -100);
        Assert.Equal(80, named);
        ((double)after.Count(id => id == tokenizer.MaskTokenId)).Should().BeInRange(named * 0.65, named * 0.95);   // 0.8 in the mean
        labels.Index().Where(pair => pair.Item == -100).Should().AllSatisfy(pair => after[pair.Index].Should().Be(before[pair.Index]));
    }

    [Fact]
    public void A_collator_leaves_no_tensor_behind()
    {
        var collator = new DataCollatorForLanguageModeling(Bert(), mlmProbability: 0.5);
        var rows = Rows([10, 11, 12, 13], [10, 11]);
        collator.Collate(rows).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var call = 0; call < 5; call++) collator.Collate(rows).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Errors_name_what_is_missing_and_the_remedy()
    {
        FluentActions.Invoking(() => new DataCollatorForLanguageModeling(Gpt2(), mlm: false))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("tokenizer.PadToken = tokenizer.EosToken");
        var padded = Gpt2();
        padded.PadToken = padded.EosToken;
        FluentActions.Invoking(() => new DataCollatorForLanguageModeling(padded))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("mlm: false");
        foreach (var share in new[] { 0, -0.1, 1.1, double.NaN })
            FluentActions.Invoking(() => new DataCollatorForLanguageModeling(Bert(), mlmProbability: share))
                .Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DataCollatorForLanguageModeling(Bert(), padToMultipleOf: 0))
            .Should().ThrowExactly<ArgumentOutOfRangeException>();
        var without = Dataset.FromDict(("ids", new[] { new[] { 1, 2 } })).ToArray();
        FluentActions.Invoking(() => new DataCollatorForLanguageModeling(Bert()).Collate(without))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll("'input_ids'", "ids");
    }

    private static Row[] Rows(params int[][] ids) => Dataset.FromDict(("input_ids", ids)).ToArray();

    private static Tokenizer Bert() => AutoTokenizer.FromPretrained(ReferenceRoot.Tokenizers("tiny-bert"));

    private static Tokenizer Gpt2() => AutoTokenizer.FromPretrained(ReferenceRoot.Tokenizers("tiny-gpt2"));

    [Fact]
    public void A_batch_without_a_selected_token_gets_one_that_is_not_special()
    {
        var tokenizer = Bert();
        var (open, close) = (tokenizer.ClsTokenId!.Value, tokenizer.SepTokenId!.Value);
        var collator = new DataCollatorForLanguageModeling(tokenizer, mlmProbability: 1e-9);
        for (var seed = 0; seed < 20; seed++)
        {
            manual_seed(seed);
            using var batch = collator.Collate(Rows([open, 10, 11, close], [open, 12, close]));
            var labels = batch.Labels!.data<long>().Where(label => label != -100).ToArray();
            labels.Should().ContainSingle().Which.Should().BeInRange(10, 12);
        }
        using var special = collator.Collate(Rows([open, close]));
        special.Labels!.data<long>().ToArray().Should().OnlyContain(label => label == -100, "there is no token to select");
    }
}
