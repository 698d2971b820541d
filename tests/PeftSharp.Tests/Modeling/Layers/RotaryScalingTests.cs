using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling.Layers;

/// <summary>Frequencies of rotary embeddings, compared with recorded values of transformers.</summary>
public sealed class RotaryScalingTests
{
    private static JsonArray Recorded { get; } = JsonNode.Parse(File.ReadAllText(
        Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "rotary", "frequencies.json")))!.AsArray();

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Recorded.Count)];

    [Theory, MemberData(nameof(Cases))]
    public void Frequencies_and_the_attention_factor_are_those_of_transformers(int index)
    {
        using var scope = NewDisposeScope();
        var row = Recorded[index]!;
        var parameters = ConfigFiles.ReadAny<RotaryParameters>(row["rope_parameters"]!.DeepClone().AsObject());
        var (positions, scaling) = ((int)row["max_position_embeddings"]!, RotaryScaling.ByType[parameters.RopeType]);
        var found = scaling.Frequencies(
            parameters, parameters.RotatedWidth((int)row["head_width"]!), positions, Math.Max((long)row["length"]!, 1));
        var expected = tensor(row["frequencies"]!.AsArray().Select(value => (float)value!).ToArray());
        Close.Equal(expected.log(), found.log(), 1e-6, parameters.RopeType);
        scaling.AttentionFactor(parameters, positions).Should().BeApproximately((double)row["attention_factor"]!, 1e-12);
    }

    [Fact]
    public void Lists_of_factors_that_do_not_fit_the_head_are_refused()
    {
        var parameters = new RotaryParameters { RopeType = "longrope", ShortFactor = [1, 2], LongFactor = [1, 2, 3] };
        FluentActions.Invoking(() => new RotaryEmbedding(parameters, headWidth: 4, maxPositions: 8))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("long_factor in rope_parameters has 3 values, but there are 2 frequencies");
    }
}
