using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>Initializes A from a normal distribution with standard deviation 1/r and B to zero.</summary>
internal sealed class GaussianInitializer : LoraInitializer
{
    internal override string Name => "gaussian";

    internal override void Fill(LoraStart start)
    {
        init.normal_(start.A, 0, 1.0 / start.Rank);
        init.zeros_(start.B);
    }
}
