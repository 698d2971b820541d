using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>One parameter, its gradient, and the running means of its gradient and its square; all of one shape.</summary>
internal readonly record struct AdamWTensors(Tensor Parameter, Tensor Gradient, Tensor Mean, Tensor MeanSquare);
