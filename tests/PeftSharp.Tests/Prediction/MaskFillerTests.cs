using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Prediction;

namespace PeftSharp.Tests.Prediction;

public sealed class MaskFillerTests
{
    [Fact]
    public async Task Masks_are_filled_as_transformers_fills_them()
    {
        using var model = AutoModelForMaskedLM.FromPretrained(Recorded.Model("bert-masked-lm"));
        using var filler = new MaskFiller(model, Recorded.Tokenizer());
        var texts = Recorded.Texts("masked_texts");
        var filled = await filler.FillAsync(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            Check(Recorded.Value("masked")[i]!, filled[i]);
            Check(Recorded.Value("masked")[i]!, filler.Fill(texts[i]));
        }
        Check(Recorded.Value("masked_targets"), filler.Fill(texts[0], targets: ["bad", "good", "bad"]));
        var twice = filler.FillAllMasks((string)Recorded.Value("masked_twice_text")!, topK: 2);
        twice.Should().HaveCount(2);
        for (var mask = 0; mask < 2; mask++) Check(Recorded.Value("masked_twice")[mask]!, twice[mask]);
    }

    [Fact]
    public void Texts_that_cannot_be_filled_are_refused_with_the_remedy()
    {
        using var model = AutoModelForMaskedLM.FromPretrained(Recorded.Model("bert-masked-lm"));
        using var filler = new MaskFiller(model, Recorded.Tokenizer());
        FluentActions.Invoking(() => filler.Fill(["a [MASK]", "a"]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Text 1 has no mask");
        FluentActions.Invoking(() => filler.Fill("[MASK] [MASK]"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("FillAllMasks");
        FluentActions.Invoking(() => filler.Fill("[MASK]", targets: ["citying"]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'##ing'");
        FluentActions.Invoking(() => filler.Fill(string.Concat(Enumerable.Repeat("good ", 30)) + "[MASK]"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("33 tokens");
        var tokenizer = Recorded.Tokenizer();
        tokenizer.MaskToken = null;
        FluentActions.Invoking(() => new MaskFiller(model, tokenizer))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("mask token");
    }

    private static void Check(JsonNode expected, IReadOnlyList<MaskCandidate> actual)
    {
        actual.Select(entry => (entry.Token, entry.TokenId, entry.Text))
            .Should().Equal(
                expected.AsArray().Select(entry => ((string)entry!["token_str"]!, (int)entry["token"]!, (string)entry["sequence"]!)));
        foreach (var (wanted, got) in expected.AsArray().Zip(actual)) got.Score.Should().BeApproximately((float)wanted!["score"]!, 1e-5f);
    }
}
