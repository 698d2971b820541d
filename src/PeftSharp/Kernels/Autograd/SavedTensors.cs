using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Determines how long a <see cref="GradientFunction{T}"/> keeps the tensors that it saved for its backward pass.</summary>
/// <remarks>libtorch's own functions free their saved tensors during the backward pass. TorchSharp's custom functions keep them until the
/// graph is freed, because another pass may follow.</remarks>
internal static class SavedTensors
{
    [ThreadStatic] private static bool _areReadOnce;

    /// <summary>Whether the backward pass on this thread is the only one of its graph.</summary>
    internal static bool AreReadOnce => _areReadOnce;

    /// <summary>Runs the only backward pass of a loss: on the CPU each function frees its saved tensors as soon as it has computed its
    /// gradients. On a GPU the pass runs on a thread of libtorch, and the tensors are kept.</summary>
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
