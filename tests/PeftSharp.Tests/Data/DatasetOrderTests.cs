using System.Globalization;
using System.Text.Json;
using CsCheck;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Random orders, compared with recorded orders of datasets, and combined index operations, compared with arrays.</summary>
public class DatasetOrderTests
{
    private static Dataset Numbered(int count) => Dataset.FromDict(("i", Enumerable.Range(0, count).ToArray()));

    private static int[] I(Dataset dataset) => dataset["i"].ToArray<int>();

    [SkippableFact]
    [Trait("Category", "Parity")]
    public void Shuffles_splits_and_shards_are_the_recorded_ones()
    {
        using var root = JsonDocument.Parse(File.ReadAllText(ReferenceRoot.Require("numerics", "datasets.json")));
        var compared = 0;
        foreach (var entry in root.RootElement.EnumerateObject())
        {
            var part = entry.Name.Split('.');
            if (part[0] == "shuffle")
                AssertStarts(entry.Value, I(Numbered(Int(part[1])).Shuffle(Seed(part[2]))));
            else if (part[0] == "train_test_split")
                AssertSplit(entry.Value, Numbered(Int(part[1])).TrainTestSplit(Size(part[2..^1]), seed: Seed(part[^1])));
            else if (part[0] == "stratified")
                AssertSplit(
                    entry.Value, Labelled(Int(part[1])).TrainTestSplit(Size(part[2..^1]), seed: Seed(part[^1]), stratifyByColumn: "label"));
            else if (part[0] == "shard")
                for (var k = 0; k < Int(part[2]); k++)
                    AssertStarts(entry.Value[k], I(Numbered(Int(part[1])).Shard(Int(part[2]), k)));
            else
                continue;
            compared++;
        }
        compared.Should().NotBe(0);
    }

    /// <summary>The recipe's set: two thirds of class a, then class b.</summary>
    private static Dataset Labelled(int count) => Numbered(count)
        .AddColumn("label", Enumerable.Range(0, count).Select(i => i < count * 2 / 3 ? "a" : "b").ToArray()).ClassEncodeColumn("label");

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    private static long Seed(string text) => long.Parse(text["seed".Length..], CultureInfo.InvariantCulture);
    private static SplitSize Size(string[] parts) =>
        parts.Length == 1 ? (SplitSize)Int(parts[0]) : double.Parse(string.Join('.', parts), CultureInfo.InvariantCulture);

    /// <summary>The recording keeps the first rows of long orders.</summary>
    private static void AssertStarts(JsonElement expected, int[] actual) =>
        actual.Take(expected.GetArrayLength()).Should().Equal(expected.EnumerateArray().Select(value => value.GetInt32()));

    private static void AssertSplit(JsonElement expected, DatasetDict actual)
    {
        foreach (var split in expected.EnumerateObject())
            AssertStarts(split.Value, I(actual[split.Name]));
    }

    [Fact]
    public void Chains_of_selections_equal_the_same_steps_on_a_plain_array() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 6].Array[0, 8], Gen.Int[0, 1000]).Sample((count, steps, seed) =>
        {
            var (dataset, plain) = (Numbered(count), Enumerable.Range(0, count).ToArray());
            foreach (var step in steps)
                (dataset, plain) = Apply(step, dataset, plain, seed);
            I(dataset).Should().Equal(plain);
            I(dataset.FlattenIndices()).Should().Equal(plain);
            dataset.Select(row => (int)row["i"]!).Should().Equal(plain);
        }, iter: 500);

    private static (Dataset, int[]) Apply(int step, Dataset dataset, int[] plain, int seed)
    {
        var (cut, random) = (plain.Length == 0 ? 0 : seed % plain.Length, new PeftSharp.Internal.NumpyRandom(seed));
        return step switch
        {
            0 => (dataset.Shuffle(seed), [.. random.Permutation(plain.Length).Select(i => plain[i])]),
            1 => (dataset.Skip(cut), plain[cut..]),
            2 => (dataset.Take(cut), plain[..cut]),
            3 => (dataset.Select(Enumerable.Range(0, plain.Length).Where(i => i % 2 == 0)), [.. plain.Where((_, i) => i % 2 == 0)]),
            4 => (dataset.Shard(3, 1), plain[Bound(1)..Bound(2)]),
            5 => (Datasets.ConcatenateDatasets(dataset, dataset.Take(cut)), [.. plain, .. plain[..cut]]),
            _ => (dataset.Sort("i", reverse: true), [.. plain.OrderDescending()]),
        };
        int Bound(int k) => plain.Length / 3 * k + Math.Min(k, plain.Length % 3);
    }

    [Fact]
    public void Shards_divide_the_rows_evenly() => Gen.Select(Gen.Int[0, 30], Gen.Int[1, 7], Gen.Bool).Sample((count, shards, contiguous) =>
    {
        var parts = Enumerable.Range(0, shards).Select(k => I(Numbered(count).Shard(shards, k, contiguous))).ToArray();
        parts.SelectMany(part => part).Order().Should().Equal(Enumerable.Range(0, count));
        (parts.Max(part => part.Length) - parts.Min(part => part.Length)).Should().BeLessThanOrEqualTo(1);
    }, iter: 200);

    [Fact]
    public void Interleaving_takes_turns_as_the_documentation_of_datasets_shows()
    {
        Dataset[] sources =
            [Numbered(3), Dataset.FromDict(("i", new[] { 10, 11, 12, 13 })), Dataset.FromDict(("i", new[] { 20, 21, 22, 23, 24 }))];
        I(Datasets.InterleaveDatasets(sources)).Should().Equal(0, 10, 20, 1, 11, 21, 2, 12, 22);
        I(Datasets.InterleaveDatasets(sources, stoppingStrategy: StoppingStrategy.AllExhausted))
            .Should().Equal(0, 10, 20, 1, 11, 21, 2, 12, 22, 0, 13, 23, 1, 10, 24);
        I(Datasets.InterleaveDatasets(sources, stoppingStrategy: StoppingStrategy.AllExhaustedWithoutReplacement))
            .Should().Equal(0, 10, 20, 1, 11, 21, 2, 12, 22, 13, 23, 24);
    }

    // Recorded: the choices of default_rng(42).choice(3, 1000, p=[.7, .2, .1]), taken as datasets takes them.
    [Fact]
    public void Random_interleaving_follows_the_choice_of_numpy()
    {
        Dataset[] sources = [Numbered(3), Dataset.FromDict(("i", new[] { 10, 11, 12 })), Dataset.FromDict(("i", new[] { 20, 21, 22 }))];
        I(Datasets.InterleaveDatasets(sources, [.7, .2, .1], seed: 42)).Should().Equal(10, 0, 11, 1, 2);
    }

    [Fact]
    public void Sorting_puts_absent_values_at_the_requested_end_and_is_stable()
    {
        var dataset = Dataset.FromDict(("key", new[] { "b", null, "a", "b", "\U0001F600", "\uFFFD" }), ("i", new[] { 0, 1, 2, 3, 4, 5 }));
        I(dataset.Sort("key")).Should().Equal(2, 0, 3, 5, 4, 1);
        I(dataset.Sort("key", reverse: true, nullPlacement: NullPlacement.AtStart)).Should().Equal(1, 4, 5, 0, 3, 2);
        I(dataset.Sort(["key", "i"], [false, true])).Should().Equal(2, 3, 0, 5, 4, 1);
    }

    [Theory]
    [InlineData(0.0), InlineData(1.0), InlineData(-0.5)]
    public void A_fraction_that_leaves_no_rows_is_rejected(double share) =>
        FluentActions.Invoking(() => Numbered(10).TrainTestSplit(share)).Should().ThrowExactly<ArgumentOutOfRangeException>();

    [Fact]
    public void The_message_about_an_empty_training_set_names_the_size_that_was_given()
    {
        FluentActions.Invoking(() => Numbered(10).TrainTestSplit(trainSize: 0.01)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("*trainSize is the fraction 0.01 of 10 rows, which is rounded down to 0. Increase trainSize.*");
        FluentActions.Invoking(() => Numbered(10).TrainTestSplit(0.99)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("*testSize is the fraction 0.99 of 10 rows, which is rounded up to 10. Reduce testSize.*");
        FluentActions.Invoking(() => Numbered(1).TrainTestSplit()).Should().ThrowExactly<ArgumentException>().WithMessage("*only one row*");
        FluentActions.Invoking(() => Numbered(1).TrainTestSplit(1)).Should().Throw<ArgumentException>().WithMessage("*only one row*");
        FluentActions.Invoking(() => Numbered(2).TrainTestSplit(1.0)).Should().Throw<ArgumentException>()
            .WithMessage("testSize is the fraction 1; it must be a fraction above 0 and below 1, or 1 row.*");
    }

    [Fact]
    public void Errors_about_sizes_that_are_too_large_name_them()
    {
        FluentActions.Invoking(() => Numbered(10).TrainTestSplit(8, 5))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("8");
        FluentActions.Invoking(() => Dataset.FromDict(("label", new[] { "a", "b", "b" })).ClassEncodeColumn("label")
                .TrainTestSplit(1, stratifyByColumn: "label"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("only one row");
        FluentActions.Invoking(() => Numbered(9).TrainTestSplit(0.2, stratifyByColumn: "i"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("ClassEncodeColumn");
        FluentActions.Invoking(() => Numbered(3).Select([3])).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Numbered(3).Select(..4)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }
}
