using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>A module whose result for the first token alone can be the one that it has among the others, random numbers included.</summary>
internal interface IFirstTokenAware
{
    /// <summary>Whether that holds for this input.</summary>
    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    bool CanComputeFirstTokenOnly(Tensor x);
}
