using static TorchSharp.torch;

namespace PeftSharp.Training.Batching;

/// <summary>The states of libtorch's default random number generator in a checkpoint, uint8 [bytes] each.</summary>
/// <param name="Now">The state when the checkpoint was written.</param>
/// <param name="EpochBegin">
/// The state before the row order of the current epoch was drawn; null if the row order uses a separate generator.
/// </param>
internal sealed record RandomState(Tensor Now, Tensor? EpochBegin) : IDisposable
{
    public void Dispose()
    {
        Now.Dispose();
        EpochBegin?.Dispose();
    }
}
