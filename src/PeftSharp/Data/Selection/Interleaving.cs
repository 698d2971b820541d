using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The row order of interleaved datasets, as row indices of their concatenation.</summary>
internal static class Interleaving
{
    internal static int[] Rows(int[] lengths, IReadOnlyList<double>? probabilities, long? seed, StoppingStrategy strategy)
    {
        RequireStrategy(strategy);
        var offsets = lengths.Select((_, i) => lengths.Take(i).Sum()).ToArray();
        return probabilities is null ? RoundRobin(lengths, offsets, strategy) : Random(lengths, offsets, probabilities, seed, strategy);
    }

    private static int[] RoundRobin(int[] lengths, int[] offsets, StoppingStrategy strategy)
    {
        var rounds = strategy == StoppingStrategy.FirstExhausted ? lengths.Min() : lengths.Max();
        var rows = new List<int>();
        for (var round = 0; round < rounds; round++)
            for (var source = 0; source < lengths.Length; source++)
                if (round < lengths[source] || strategy == StoppingStrategy.AllExhausted)
                    rows.Add(offsets[source] + round % lengths[source]);
        return [.. rows];
    }

    private static int[] Random(int[] lengths, int[] offsets, IReadOnlyList<double> probabilities, long? seed, StoppingStrategy strategy)
    {
        RequireProbabilities(probabilities, lengths.Length, strategy);
        var withoutReplacement = strategy == StoppingStrategy.AllExhaustedWithoutReplacement;
        var cumulative = Cumulative(probabilities);
        var random = new NumpyRandom(seed);
        var (next, exhausted, rows) = (new int[lengths.Length], new bool[lengths.Length], new List<int>());
        while (!(strategy == StoppingStrategy.FirstExhausted ? exhausted.Any(x => x) : exhausted.All(x => x)))
        {
            var source = random.Choose(cumulative);
            if (!(withoutReplacement && exhausted[source]))
                rows.Add(offsets[source] + next[source]++);
            if (next[source] < lengths[source])
                continue;
            exhausted[source] = true;
            if (!withoutReplacement)
                next[source] = 0;
        }
        return [.. rows];
    }

    internal static void RequireStrategy(StoppingStrategy stoppingStrategy)
    {
        if (!Enum.IsDefined(stoppingStrategy))
            throw new ArgumentOutOfRangeException(nameof(stoppingStrategy), stoppingStrategy,
                $"stoppingStrategy must be a member of {nameof(StoppingStrategy)}: "
                + $"{string.Join(", ", Enum.GetNames<StoppingStrategy>())}.");
    }

    internal static void RequireProbabilities(IReadOnlyList<double> probabilities, int count, StoppingStrategy strategy)
    {
        if (probabilities.Count != count || probabilities.Any(p => !(p >= 0)) || Math.Abs(probabilities.Sum() - 1) > 1e-8)
            throw new ArgumentException($"The probabilities are [{string.Join(", ", probabilities)}]. The list must contain "
                + $"{Quantity.Of(count, "value")}, one per dataset, each at least 0, with the sum 1.", nameof(probabilities));
        if (strategy != StoppingStrategy.FirstExhausted && probabilities.Contains(0))
            throw new ArgumentException($"A dataset with probability 0 is never exhausted, so {strategy} would not terminate. "
                + "Remove the dataset from the list.", nameof(probabilities));
    }

    internal static double[] Cumulative(IReadOnlyList<double> probabilities)
    {
        var sums = new double[probabilities.Count];
        var sum = 0.0;
        for (var i = 0; i < sums.Length; i++)
            sums[i] = sum += probabilities[i];
        return Array.ConvertAll(sums, value => value / sum);
    }
}
