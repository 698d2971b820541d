using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>Generation apart from the recorded texts: stop strings, custom rules, several texts, cancellation, memory.</summary>
public sealed class GenerationTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TinyWriter _tiny = new();

    public void Dispose()
    {
        _tiny.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Greedy_search_chooses_the_most_likely_next_token_at_each_step()
    {
        long[] ids = [5, 6, 7];
        for (var step = 0; step < 12; step++)
        {
            using var free = no_grad();
            using var inputs = new ModelInputs { InputIds = tensor(ids).unsqueeze(0) };
            ids = [.. ids, _tiny.Model.call(inputs).Logits![0, ids.Length - 1].argmax().item<long>()];
            if (ids[^1] == _tiny.Eos) break;
        }
        TinyWriter.Rows(_tiny.Model.Generate(new[] { 5, 6, 7 }, new GenerationOptions { MaxNewTokens = 12 }).Sequences)
            .Should().ContainSingle().Which.Should().Equal(ids);
    }

    [Theory]
    [InlineData("dog")]                  // may begin and end within tokens
    [InlineData(" jumps over")]
    [InlineData("🙂")]                   // of several tokens
    public void A_stop_string_ends_the_text_with_the_token_that_completes_it(string stop)
    {
        const string text = " the quick dogged 🙂 fox jumps over it and on";
        var (prompt, tokens) = (_tiny.Ids("Now dog:"), _tiny.Ids(text));           // a stop string in the prompt does not count
        var expected = Enumerable.Range(1, tokens.Length).First(
            count => _tiny.Tokenizer.Decode(tokens[..count]).Contains(stop, StringComparison.Ordinal));
        using var output = _tiny.Model.Generate(prompt,
            new GenerationOptions(TinyWriter.Script(prompt, tokens)) { StopStrings = ["no such text", stop], Tokenizer = _tiny.Tokenizer });
        TinyWriter.Rows(output.GetNewTokens())[0].Should().Equal(tokens[..expected].Select(id => (long)id));
        expected.Should().BeLessThan(tokens.Length);
    }

    [Fact]
    public void A_finished_row_is_padded_while_the_others_continue()
    {
        var prompts = tensor(new long[,] { { 5, 6 }, { 7, 8 } });
        var rows = TinyWriter.Rows(_tiny.Model.Generate(prompts,
            new GenerationOptions { MaxNewTokens = 8, PadTokenId = 3, StoppingCriteria = [new EndsAt(row: 0, length: 5)] }).Sequences);
        var alone = TinyWriter.Rows(_tiny.Model.Generate(prompts, new GenerationOptions { MaxNewTokens = 8 }).Sequences);
        rows[0].Should().Equal([.. alone[0][..5], 3, 3, 3, 3, 3]);
        rows[1].Should().Equal(alone[1]);
    }

    [Fact]
    public void A_custom_stopping_criterion_ends_all_texts_and_gets_prompt_and_answer()
    {
        var criterion = new EndsAt(row: null, length: 7);
        using var ids =
            _tiny.Model.Generate(new[] { 5, 6, 7 }, new GenerationOptions { MaxNewTokens = 20, StoppingCriteria = [criterion] }).Sequences;
        Assert.Equal(7, ids.shape[1]);
        criterion.Lengths.Should().Equal(4, 5, 6, 7);
    }

    [Fact]
    public void A_custom_logits_processor_changes_the_text_with_and_without_beams()
    {
        foreach (var beams in new[] { 1, 3 })
        {
            var rows = TinyWriter.Rows(_tiny.Model.Generate(new[] { 5 },
                new GenerationOptions { MaxNewTokens = 6, NumBeams = beams, LogitsProcessors = [new OnlyEven()] }).Sequences);
            rows[0][1..].Should().AllSatisfy(id => (id % 2).Should().Be(0));
        }
        using var plain = _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { MaxNewTokens = 6 }).Sequences;
        TinyWriter.Rows(plain)[0][1..].Should().Contain(id => id % 2 == 1);
    }

    [Fact]
    public void PrefixAllowedTokens_applies_to_each_prompt()
    {
        var prompts = tensor(new long[,] { { 5, 6 }, { 7, 8 } });
        var rows = TinyWriter.Rows(_tiny.Model.Generate(prompts, new GenerationOptions
        {
            MaxNewTokens = 4, NumBeams = 2, PadTokenId = 3, PrefixAllowedTokens = (prompt, _) => prompt == 0 ? [20, 21] : [30],
        }).Sequences);
        rows[0][2..].Should().AllSatisfy(id => id.Should().BeInRange(20, 21));
        rows[1][2..].Should().AllSatisfy(id => id.Should().Be(30));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Several_texts_for_each_prompt_are_ordered_by_prompt_and_differ(int beams)
    {
        var prompts = tensor(new long[,] { { 5, 6 }, { 7, 8 } });
        manual_seed(9);
        using var output = _tiny.Model.Generate(
            prompts, new GenerationOptions { MaxNewTokens = 8, NumReturnSequences = 3, NumBeams = beams, DoSample = beams == 1 });
        var rows = TinyWriter.Rows(output.Sequences);
        rows.Select(row => row[0]).Should().Equal(5, 5, 5, 7, 7, 7);
        rows.Should().HaveCount(6);
        rows.Select(row => string.Join(' ', row)).Should().OnlyHaveUniqueItems();
        if (beams == 1)
        {
            Assert.Null(output.SequencesScores);
            return;
        }
        var scores = output.SequencesScores!.data<float>().ToArray();
        scores.Chunk(3).Should().AllSatisfy(ofPrompt => ofPrompt.Should().BeInDescendingOrder());
    }

    [Fact]
    public void More_beams_find_a_text_that_is_no_less_likely()
    {
        double LogProbability(int beams)
        {
            var row = TinyWriter.Rows(_tiny.Model.Generate(new[] { 5, 6, 7 },
                new GenerationOptions { MaxNewTokens = 5, MinNewTokens = 5, NumBeams = beams }).Sequences)[0];
            using var free = no_grad();
            using var inputs = new ModelInputs { InputIds = tensor(row).unsqueeze(0) };
            var scores = _tiny.Model.call(inputs).Logits![0].log_softmax(-1);
            return Enumerable.Range(3, 5).Sum(place => (double)scores[place - 1, row[place]].item<float>());
        }
        LogProbability(8).Should().BeGreaterThanOrEqualTo(LogProbability(1) - 1e-5);
    }

    [Fact]
    public void An_adapted_model_writes_what_its_merged_model_writes()
    {
        using var peft = _tiny.Model.GetPeftModel(new LoraConfig { R = 4, InitLoraWeights = false });
        using (no_grad())
            foreach (var parameter in peft.parameters().Where(parameter => parameter.requires_grad)) parameter.mul_(10);
        long[] Write() => TinyWriter.Rows(peft.Generate(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 10 }).Sequences)
            .Should().ContainSingle().Which;
        var adapted = Write();
        using (peft.DisableAdapter()) Write().Should().NotEqual(adapted);
        peft.Merge();
        Write().Should().Equal(adapted);
    }

    [Fact]
    public void Cancelling_throws_and_leaves_the_model_in_its_mode()
    {
        using var cancel = new CancellationTokenSource();
        _tiny.Model.train();
        var tokens = 0;
        var streamer = new TextStreamer(_tiny.Tokenizer, _ => { if (++tokens == 2) cancel.Cancel(); }, skipSpecialTokens: false);
        FluentActions.Invoking(() => _tiny.Model.Generate(new[] { 5 },
            new GenerationOptions { MaxNewTokens = 30, MinNewTokens = 30, Streamer = streamer }, cancellationToken: cancel.Token).Sequences)
            .Should().ThrowExactly<OperationCanceledException>();
        Assert.Equal(2, tokens);
        FluentActions.Invoking(
            () => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { NumBeams = 2 }, cancellationToken: cancel.Token).Sequences)
            .Should().ThrowExactly<OperationCanceledException>();
        Assert.True(_tiny.Model.training);
    }

    [Fact]
    public void A_time_limit_ends_the_text()
    {
        using var ids =
            _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { MaxNewTokens = 60, MinNewTokens = 60, MaxTime = 1e-6 }).Sequences;
        Assert.Equal(2, ids.shape[1]);                 // the token that was started before the limit
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void Fifty_texts_leave_no_tensor_behind(int beams, bool draws)
    {
        using var prompts = tensor(new long[,] { { 5, 6, 7 }, { 3, 8, 9 } });
        using var mask = tensor(new long[,] { { 1, 1, 1 }, { 0, 1, 1 } });
        void Write()
        {
            using var output = _tiny.Model.Generate(new ModelInputs { InputIds = prompts, AttentionMask = mask },
                new GenerationOptions
                {
                    MaxNewTokens = 5, NumBeams = beams, DoSample = draws, RepetitionPenalty = 1.2, NoRepeatNgramSize = 2,
                    BadWordsIds = [[4]], PadTokenId = 3,
                });
        }
        Write();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var text = 0; text < 50; text++) Write();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_failed_call_leaves_no_tensor_behind()
    {
        var options = new GenerationOptions { MaxNewTokens = 5, PrefixAllowedTokens = (_, ids) => ids.Count < 3 ? [6] : [] };
        void Fail() => FluentActions.Invoking(() => _tiny.Model.Generate(new[] { 5 }, options).Sequences)
            .Should().ThrowExactly<InvalidOperationException>();
        Fail();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var call = 0; call < 5; call++) Fail();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>Ends one row, or all, at a length; records the lengths that it gets.</summary>
    private sealed class EndsAt(int? row, int length) : StoppingCriteria
    {
        internal List<long> Lengths { get; } = [];

        public override Tensor IsDone(Tensor inputIds)
        {
            Lengths.Add(inputIds.shape[1]);
            if (row is not { } one) return ForAll(inputIds, inputIds.shape[1] >= length);
            return tensor(
                Enumerable.Range(0, (int)inputIds.shape[0]).Select(number => number == one && inputIds.shape[1] >= length).ToArray());
        }
    }

    private sealed class OnlyEven : LogitsProcessor
    {
        public override Tensor Process(Tensor inputIds, Tensor scores)
        {
            using var scope = NewDisposeScope();
            var odd = arange(scores.shape[1], ScalarType.Int64).remainder(2).eq(1);
            return scores.masked_fill(odd, double.NegativeInfinity).MoveToOuterDisposeScope();
        }
    }
}
