using PeftSharp.Generation;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>Scores and logits of each step, when a call requests them.</summary>
public sealed class OutputScoresTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly TinyWriter _tiny = new();

    public void Dispose()
    {
        _tiny.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Logits_are_the_models_and_scores_are_those_that_the_tokens_were_chosen_from(bool useCache)
    {
        using var output = _tiny.Model.Generate(new[] { 5, 6, 7 },
            new GenerationOptions
            {
                MaxNewTokens = 4, MinNewTokens = 4, RepetitionPenalty = 5, UseCache = useCache, OutputScores = true, OutputLogits = true,
            });
        Assert.Equal((4, 4), (output.Scores.Count, output.Logits.Count));
        using var free = no_grad();
        for (var step = 0; step < 4; step++)
        {
            var text = output.Sequences.narrow(1, 0, 3 + step);
            Close.Equal(_tiny.Model.call(new PeftSharp.Modeling.ModelInputs { InputIds = text }).Logits!.select(1, 2 + step),
                output.Logits[step], 1e-4, $"logits of step {step}");
            Assert.Equal(output.Sequences[0, 3 + step].item<long>(), output.Scores[step].argmax(-1).item<long>());
            Assert.False(output.Scores[step].equal(output.Logits[step]).all().item<bool>());
        }
    }

    [Fact]
    public void Scores_have_a_row_for_each_beam_and_are_kept_only_when_requested()
    {
        int[][] prompts = [[5, 6], [7, 8]];
        using var output = _tiny.Model.Generate(tensor(prompts.SelectMany(row => row).Select(id => (long)id).ToArray()).reshape(2, 2),
            new GenerationOptions { MaxNewTokens = 3, MinNewTokens = 3, NumBeams = 2, PadTokenId = 3, OutputScores = true });
        output.Scores.Skip(1).Should().AllSatisfy(scores => scores.shape[0].Should().Be(4));
        output.Scores.Should().HaveCount(3);
        output.Logits.Should().BeEmpty();
        using var plain = _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { MaxNewTokens = 2 });
        plain.Scores.Should().BeEmpty();
        FluentActions.Invoking(() => _tiny.Model.GenerateStreamAsync(
            new[] { 5 }, _tiny.Tokenizer, new GenerationOptions { Streamer = new TextStreamer(_tiny.Tokenizer, _ => { }) }))
            .Should().ThrowExactly<ArgumentException>();
    }
}
