using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>The factors of an update, for combining adapters.</summary>
internal interface ILoraFactors
{
    /// <summary>A, float [r, inputs].</summary>
    Tensor A { get; }

    /// <summary>B, float [outputs, r].</summary>
    Tensor B { get; }

    /// <summary>The factor on B·A.</summary>
    double Scale { get; }

    /// <summary>Whether updates are pruned as [inputs, outputs], the order in which the layer stores its weight and in which peft draws its random masks.</summary>
    bool ArePrunedTransposed { get; }
}
