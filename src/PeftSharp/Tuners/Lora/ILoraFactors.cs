using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>The factors of a low-rank update, for combining adapters.</summary>
internal interface ILoraFactors
{
    /// <summary>A, float [r, inputs].</summary>
    Tensor A { get; }

    /// <summary>B, float [outputs, r].</summary>
    Tensor B { get; }

    /// <summary>The factor by which B·A is multiplied.</summary>
    double Scale { get; }

    /// <summary>
    /// Whether updates are pruned as [inputs, outputs], the layout in which the layer stores its weight and peft draws its random masks.
    /// </summary>
    bool ArePrunedTransposed { get; }
}
