using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>
/// Initializes A and B such that B·A is zero although neither factor is. The columns of A are random combinations of one half of the rows
/// of a random orthogonal matrix; the rows of B are random combinations of the other half.
/// </summary>
/// <remarks>The random draws, the halves (every second row) and the factor 1/10 are those of peft.</remarks>
internal sealed class OrthogonalInitializer : LoraInitializer
{
    private const double Damping = 10;

    internal override string Name => "orthogonal";

    internal override void Fill(LoraStart start)
    {
        var rank = start.Rank;
        if (rank % 2 != 0) throw new ArgumentException($"The orthogonal initialization requires an even rank, not {rank}.");
        using var scope = NewDisposeScope();
        var (rotation, _) = linalg.qr(randn(rank, rank));
        var rows = rotation.reshape(rank / 2, 2, rank);
        var (first, second) = (rows.select(1, 0), rows.select(1, 1));
        start.A.copy_(randn(start.Target.InFeatures, rank / 2).mm(first).t() / Damping);
        start.B.copy_(randn(rank / 2, start.Target.OutFeatures).t().mm(second) / Damping);
    }
}
