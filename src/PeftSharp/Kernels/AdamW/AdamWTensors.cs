using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A parameter, its gradient and its state: the moving averages of the gradient and of its square. All have the same
/// shape.</summary>
internal readonly record struct AdamWTensors(Tensor Parameter, Tensor Gradient, Tensor Mean, Tensor MeanSquare);
