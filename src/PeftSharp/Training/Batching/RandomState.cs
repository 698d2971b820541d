using static TorchSharp.torch;

namespace PeftSharp.Training.Batching;

/// <summary>The random stream of an interrupted run, uint8 [bytes] each.</summary>
/// <param name="Now">Its state when the checkpoint was written.</param>
/// <param name="EpochBegin">Its state before the current epoch drew the order of the rows; null if the order comes from a stream of its own.</param>
internal sealed record RandomState(Tensor Now, Tensor? EpochBegin) : IDisposable
{
    public void Dispose()
    {
        Now.Dispose();
        EpochBegin?.Dispose();
    }
}
