using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>Keeps the random values with which A and B are created.</summary>
internal sealed class RandomInitializer : LoraInitializer
{
    internal override string? Name => null;

    internal override bool AllowsBias => true;

    internal override void Fill(LoraStart start) { }

    internal override void FillEmbedding(Tensor a, Tensor b) { }
}
