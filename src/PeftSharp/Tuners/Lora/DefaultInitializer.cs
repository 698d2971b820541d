using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>Initializes A like the weight of a linear layer and B to zero.</summary>
internal sealed class DefaultInitializer : LoraInitializer
{
    internal override string? Name => null;

    internal override bool AllowsBias => true;

    internal override void Fill(LoraStart start)
    {
        LinearStart.Fill(start.A);
        init.zeros_(start.B);
        if (start.Bias is { } bias) init.zeros_(bias);
    }
}
