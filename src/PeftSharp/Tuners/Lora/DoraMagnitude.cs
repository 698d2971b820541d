using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>
/// The trained magnitude m of each output of a weight whose direction is W + s·B·A (DoRA, Liu et al. 2024, arXiv:2402.09353).
/// </summary>
internal sealed class DoraMagnitude : Module
{
    [ComponentName(Name = "weight")] private readonly Parameter _lengths;

    /// <param name="direction">
    /// W + s·B·A, float [outputs, inputs]; m is initialized to the norms of the rows, so that the model is initially unchanged.
    /// </param>
    internal DoraMagnitude(Tensor direction) : base(nameof(DoraMagnitude))
    {
        _lengths = new Parameter(Norm(direction).detach().clone());
        RegisterComponents();
    }

    /// <summary>
    /// m / ‖W + s·B·A‖ for each output, float [outputs]. The gradient does not flow through the norm, as in section 4.3 of the paper.
    /// </summary>
    /// <param name="direction">W + s·B·A, float [outputs, inputs].</param>
    internal Tensor Factor(Tensor direction) => _lengths / Norm(direction.detach());

    /// <summary>The L2 norm of each row.</summary>
    /// <remarks>
    /// <c>linalg.vector_norm</c> is not used:
    /// it passes its order as a TorchSharp <c>Scalar</c> that the garbage collector may free during the native
    /// call.
    /// </remarks>
    private static Tensor Norm(Tensor direction) => direction.norm(1, keepdim: false, 2);
}
