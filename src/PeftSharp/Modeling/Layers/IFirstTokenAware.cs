using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A module that can compute its output for the first token alone, with the same result and the same random numbers as for all tokens.
/// </summary>
internal interface IFirstTokenAware
{
    /// <summary>Whether the module can compute the first token alone for the given input.</summary>
    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    bool CanComputeFirstTokenOnly(Tensor x);
}
