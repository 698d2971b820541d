using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>The update of a parameter in a step.</summary>
/// <param name="Parameter">The parameter, to be changed in place.</param>
/// <param name="Gradient">The gradient. It must not be changed.</param>
/// <param name="State">The optimizer state of the parameter.</param>
public readonly record struct ParameterUpdate(Tensor Parameter, Tensor Gradient, ParameterState State);
