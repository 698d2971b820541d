using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>What a <see cref="GradientFunction{T}"/> keeps for its backward pass, and for how long.</summary>
/// <remarks>libtorch's own functions free what they saved as the backward pass goes by; TorchSharp's custom ones keep it until the whole graph is freed, since another pass may follow.</remarks>
internal static class SavedTensors
{
    [ThreadStatic] private static bool _areReadOnce;

    /// <summary>Whether the backward pass that runs on this thread is the only one of its graph.</summary>
    internal static bool AreReadOnce => _areReadOnce;

    /// <summary>The only backward pass of a loss: on the processor each function frees what it saved once it has its gradients. (On a GPU it runs on a thread of libtorch's, and they keep it.)</summary>
    internal static void BackwardOnce(Tensor loss)
    {
        _areReadOnce = true;
        try { loss.backward(); }
        catch (ExternalException error)
        {
            BackwardFailure.Rethrow(error);
            throw;
        }
        finally { _areReadOnce = false; }
    }
}
