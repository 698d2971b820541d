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
        var twice = filler.FillEach((string)Recorded.Value("masked_twice_text")!, topK: 2);
        Assert.Equal(2, twice.Count);
        for (var mask = 0; mask < 2; mask++) Check(Recorded.Value("masked_twice")[mask]!, twice[mask]);
    }

    [Fact]
    public void What_cannot_be_filled_is_refused_with_the_way_out()
    {
        using var model = AutoModelForMaskedLM.FromPretrained(Recorded.Model("bert-masked-lm"));
        using var filler = new MaskFiller(model, Recorded.Tokenizer());
        Assert.Contains("Text 1 has no mask", Assert.Throws<ArgumentException>(() => filler.Fill(["a [MASK]", "a"])).Message, StringComparison.Ordinal);
        Assert.Contains("FillEach", Assert.Throws<ArgumentException>(() => filler.Fill("[MASK] [MASK]")).Message, StringComparison.Ordinal);
        Assert.Contains("'##ing'", Assert.Throws<ArgumentException>(() => filler.Fill("[MASK]", targets: ["citying"])).Message, StringComparison.Ordinal);
        Assert.Contains("33 tokens", Assert.Throws<ArgumentException>(() => filler.Fill(string.Concat(Enumerable.Repeat("good ", 30)) + "[MASK]")).Message, StringComparison.Ordinal);
        var tokenizer = Recorded.Tokenizer();
        tokenizer.MaskToken = null;
        Assert.Contains("mask token", Assert.Throws<ArgumentException>(() => new MaskFiller(model, tokenizer)).Message, StringComparison.Ordinal);
    }

    private static void Check(JsonNode expected, IReadOnlyList<MaskCandidate> actual)
    {
        Assert.Equal(expected.AsArray().Select(entry => ((string)entry!["token_str"]!, (int)entry["token"]!, (string)entry["sequence"]!)), actual.Select(entry => (entry.Token, entry.TokenId, entry.Text)));
        foreach (var (wanted, got) in expected.AsArray().Zip(actual)) Assert.Equal((double)wanted!["score"]!, got.Score, 1e-5);
    }
}
