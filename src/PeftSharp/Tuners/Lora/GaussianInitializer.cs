using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>A normal with standard deviation 1/r, B zero.</summary>
internal sealed class GaussianInitializer : LoraInitializer
{
    internal override string Name => "gaussian";

    internal override void Fill(LoraStart start)
    {
        init.normal_(start.A, 0, 1.0 / start.Rank);
        init.zeros_(start.B);
    }
}
