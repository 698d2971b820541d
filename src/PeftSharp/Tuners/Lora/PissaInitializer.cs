using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>Initializes the factors to the r largest singular values and their vectors.</summary>
/// <param name="iterations">Power iterations of the randomized decomposition. Null: exact decomposition.</param>
internal sealed class PissaInitializer(int? iterations) : LoraInitializer
{
    internal override string Name => iterations is { } count ? $"pissa_niter_{count}" : "pissa";

    internal override bool ChangesBase => true;

    internal override void Fill(LoraStart start)
    {
        using var scope = NewDisposeScope();
        var weight = start.Weight();
        var largest = Math.Min(weight.shape[0], weight.shape[1]);
        if (start.Rank > largest)
            throw new ArgumentException($"{Name} requires a rank of at most {largest} for a layer of {weight.shape[1]} inputs and "
                + $"{weight.shape[0]} outputs, not {start.Rank}.");
        var (u, s, vh) = iterations is { } count
            ? RandomizedSvd.Decompose(weight, start.Rank, count)
            : linalg.svd(weight, fullMatrices: false);
        var root = (s.narrow(0, 0, start.Rank) / start.Scale).sqrt();
        start.MoveFromBase(diag(root).matmul(vh.narrow(0, 0, start.Rank)), u.narrow(1, 0, start.Rank).matmul(diag(root)), weight);
    }
}
