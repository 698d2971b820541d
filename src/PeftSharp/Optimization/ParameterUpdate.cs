using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>One parameter in one step.</summary>
/// <param name="Parameter">The parameter, changed in place.</param>
/// <param name="Gradient">Its gradient, not to be changed.</param>
/// <param name="State">What is remembered about it.</param>
public readonly record struct ParameterUpdate(Tensor Parameter, Tensor Gradient, ParameterState State);
