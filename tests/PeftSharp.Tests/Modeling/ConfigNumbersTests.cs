using PeftSharp.Generation;

namespace PeftSharp.Tests.Modeling;

/// <summary>Numbers in configuration files have Python's form, which says whether they are floats.</summary>
public sealed class ConfigNumbersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Floats_without_a_fraction_keep_their_decimal_point_and_integers_have_none()
    {
        var config = new GenerationConfig
        {
            RepetitionPenalty = 3, Temperature = 2, LengthPenalty = -2, TopP = 0.5, EpsilonCutoff = 1e-5, MaxNewTokens = 7, TopK = 50,
            SequenceBias = [new SequenceBias([11, 12], 50)], ExponentialDecayLengthPenalty = new LengthDecay(15, 2),
        };
        config.SavePretrained(_folder.Path);
        var text = File.ReadAllText(Path.Combine(_folder.Path, "generation_config.json"));
        text.Should().ContainAll("\"repetition_penalty\": 3.0", "\"temperature\": 2.0", "\"length_penalty\": -2.0", "\"top_p\": 0.5",
            "\"epsilon_cutoff\": 1e-05", "\"max_new_tokens\": 7", "\"top_k\": 50");
        var compact = string.Concat(text.Where(character => !char.IsWhiteSpace(character)));
        Assert.Contains("[[11,12],50.0]", compact, StringComparison.Ordinal);
        Assert.Contains("[15,2.0]", compact, StringComparison.Ordinal);

        var read = GenerationConfig.FromPretrained(_folder.Path);
        Assert.Equal((3, 2, -2, 0.5, 7, 50),
            (read.RepetitionPenalty, read.Temperature, read.LengthPenalty, read.TopP, read.MaxNewTokens, read.TopK));
        Assert.Equal(50, read.SequenceBias!.Should().ContainSingle().Which.Bias);
        Assert.Equal(config.ExponentialDecayLengthPenalty, read.ExponentialDecayLengthPenalty);
    }
}
