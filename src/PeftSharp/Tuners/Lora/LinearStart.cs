using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>The random initialization of PyTorch's <c>nn.Linear</c>: the same seed gives the same values.</summary>
internal static class LinearStart
{
    /// <summary>Initializes a weight, float [outputs, inputs] (He et al. 2015 with negative slope √5).</summary>
    internal static void Fill(Tensor weight)
    {
        var gain = Math.Sqrt(2.0 / (1 + 5));                      // the order of operations is PyTorch's, so results are bit-identical
        var bound = Math.Sqrt(3.0) * (gain / Math.Sqrt(weight.shape[1]));
        init.uniform_(weight, -bound, bound);
    }

    /// <summary>Initializes a bias, float [outputs].</summary>
    internal static void FillBias(Tensor bias, long inputs)
    {
        var bound = 1 / Math.Sqrt(inputs);
        init.uniform_(bias, -bound, bound);
    }
}
