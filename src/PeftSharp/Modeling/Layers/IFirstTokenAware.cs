using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A module that can compute the first token alone with the same result as in the full computation, random numbers included.
/// </summary>
internal interface IFirstTokenAware
{
    /// <summary>Whether this is the case for the given input.</summary>
    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    bool CanComputeFirstTokenOnly(Tensor x);
}
