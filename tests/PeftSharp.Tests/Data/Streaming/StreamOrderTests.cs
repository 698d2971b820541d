using System.Globalization;
using System.Text.Json;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Streaming;

/// <summary>The order of shuffled and interleaved streams is the recorded order of Python's <c>datasets</c>.</summary>
public sealed class StreamOrderTests
{
    private static readonly Dictionary<string, int[]> _orders = Recorded();

    public static TheoryData<string> Shuffles => new(_orders.Keys.Where(name => name.StartsWith("shuffle", StringComparison.Ordinal)));

    public static TheoryData<string> Interleaved =>
        new(_orders.Keys.Where(name => name.StartsWith("interleave", StringComparison.Ordinal)));

    [Theory, MemberData(nameof(Shuffles))]
    public void A_shuffle_has_the_recorded_order(string what)
    {
        var numbers = what.Split(' ').Skip(1).Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Order(Numbers(numbers[0]).ToIterableDataset(numbers[1]).Shuffle(numbers[2], numbers[3], numbers[4])).Should().Equal(_orders[what]);
    }

    [Fact]
    public void Each_epoch_has_the_recorded_order()
    {
        var stream = Numbers(20).ToIterableDataset().Shuffle(42, bufferSize: 5);
        foreach (var epoch in new[] { 1, 2, 1000 })
        {
            stream.SetEpoch(epoch);
            Order(stream).Should().Equal(_orders[$"epoch {epoch}"]);
        }
    }

    [Fact]
    public void After_Take_the_order_of_the_shards_does_not_change() =>
        Order(Numbers(50).ToIterableDataset(4).Take(20).Shuffle(3, bufferSize: 8)).Should().Equal(_orders["take"]);

    [Fact]
    public void Concatenated_streams_are_shuffled_in_the_recorded_order() =>
        Order(Datasets.ConcatenateDatasets(Numbers(10).ToIterableDataset(2), Numbers(6, first: 10).ToIterableDataset())
            .Shuffle(5, bufferSize: 4)).Should().Equal(_orders["concatenate"]);

    [Theory, MemberData(nameof(Interleaved))]
    public void Interleaved_streams_have_the_recorded_order(string what)
    {
        var parts = what.Split(' ', 3);
        var strategy = Enum.GetValues<StoppingStrategy>().Single(
            value => value.ToString().Equals(parts[1].Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
        double[]? probabilities = parts[2] == "None" ? null : [0.2, 0.5, 0.3];
        IterableDataset[] streams =
            [Numbers(3).ToIterableDataset(), Numbers(6, 10).ToIterableDataset(), Numbers(4, 20).ToIterableDataset()];
        Order(Datasets.InterleaveDatasets(streams, probabilities, seed: 11, strategy)).Should().Equal(_orders[what]);
    }

    private static Dataset Numbers(int count, int first = 0) => Dataset.FromDict(("i", Enumerable.Range(first, count).ToArray()));

    private static int[] Order(IterableDataset stream) => [.. stream.Select(row => (int)row.GetInt64("i"))];

    private static Dictionary<string, int[]> Recorded()
    {
        using var json = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "streaming", "orders.json")));
        return json.RootElement.GetProperty("orders").EnumerateObject().ToDictionary(
            entry => entry.Name, entry => entry.Value.EnumerateArray().Select(value => value.GetInt32()).ToArray());
    }
}
