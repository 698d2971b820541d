using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>Initializes B to the first r columns of Q and A to the first r rows of R, where Q·R is the weight.</summary>
internal sealed class OloraInitializer : LoraInitializer
{
    internal override string Name => "olora";

    internal override bool ChangesBase => true;

    internal override void Fill(LoraStart start)
    {
        using var scope = NewDisposeScope();
        var weight = start.Weight();
        var (q, r) = linalg.qr(weight);
        if (start.Rank > r.shape[0])
            throw new ArgumentException($"olora requires a rank of at most {r.shape[0]} for a layer of {weight.shape[1]} inputs and "
                + $"{weight.shape[0]} outputs, not {start.Rank}.");
        start.MoveFromBase(r.narrow(0, 0, start.Rank), q.narrow(1, 0, start.Rank), weight);
    }
}
