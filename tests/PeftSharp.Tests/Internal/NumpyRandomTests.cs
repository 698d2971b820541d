using System.Text.Json;
using PeftSharp.Internal;

namespace PeftSharp.Tests.Internal;

/// <summary>
/// Recorded with numpy 2.4.6; tests/fixtures/numpy-random.json holds the calls of one generator per seed, in the order used here.
/// </summary>
public class NumpyRandomTests
{
    private static readonly JsonElement[] Recorded =
        [.. JsonDocument.Parse(File.ReadAllText(
            Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "numpy-random.json"))).RootElement.EnumerateArray()];

    [Fact]
    public void A_generator_draws_the_same_numbers_permutations_and_choices_as_numpy()
    {
        foreach (var expected in Recorded)
        {
            var random = new NumpyRandom(expected.GetProperty("seed").GetInt64());
            Draw(3, random.NextDouble).Should().Equal(Doubles(expected, "random"));
            Draw(4, () => random.Integer(-5, 1000)).Should().Equal(Longs(expected, "integers"));
            Draw(4, () => random.Integer(0, 1L << 40)).Should().Equal(Longs(expected, "wide"));
            random.Permutation(17).Should().Equal(Ints(expected, "permutation"));
            random.Permutation([5, 3, 9, 100]).Should().Equal(Ints(expected, "values"));
            random.ChooseWithoutReplacement(40, 7).Should().Equal(Ints(expected, "choice"));
            random.ChooseWithoutReplacement(5, 5).Should().Equal(Ints(expected, "choice_all"));
            random.ChooseWithoutReplacement(20_000, 500).Should().Equal(Ints(expected, "choice_tail"));
            Draw(9, () => random.Choose([.2, .7, 1])).Should().Equal(Ints(expected, "choice_p"));
            Assert.Equal(expected.GetProperty("last").GetDouble(), random.NextDouble());
        }
    }

    [SkippableFact]
    [Trait("Category", "Parity")]
    public void A_permutation_is_the_recorded_one()
    {
        using var root = JsonDocument.Parse(File.ReadAllText(ReferenceRoot.Require("numerics", "random.json")));
        foreach (var seed in root.RootElement.EnumerateObject().Where(seed => seed.Value.ValueKind == JsonValueKind.Object))
            foreach (var entry in seed.Value.EnumerateObject()
                .Where(entry => entry.Name.StartsWith("numpy_default_rng.permutation.", StringComparison.Ordinal)))
                new NumpyRandom(long.Parse(seed.Name)).Permutation(int.Parse(entry.Name.Split('.')[^1]))
                    .Should().Equal(entry.Value.EnumerateArray().Select(value => value.GetInt32()));
    }

    [Fact]
    public void Generators_without_a_seed_differ() =>
        new NumpyRandom(null).Permutation(100).Should().NotEqual(new NumpyRandom(null).Permutation(100));

    [Fact]
    public void A_negative_seed_is_refused() =>
        FluentActions.Invoking(() => new NumpyRandom(-1)).Should().ThrowExactly<ArgumentOutOfRangeException>();

    private static T[] Draw<T>(int count, Func<T> draw) => [.. Enumerable.Range(0, count).Select(_ => draw())];
    private static double[] Doubles(JsonElement from, string name) =>
        [.. from.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
    private static long[] Longs(JsonElement from, string name) =>
        [.. from.GetProperty(name).EnumerateArray().Select(value => value.GetInt64())];
    private static int[] Ints(JsonElement from, string name) =>
        [.. from.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];
}
