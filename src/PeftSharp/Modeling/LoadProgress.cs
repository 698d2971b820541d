namespace PeftSharp.Modeling;

/// <summary>How far a model's weights are loaded.</summary>
/// <param name="LoadedBytes">Bytes of the tensors that are loaded.</param>
/// <param name="TotalBytes">Bytes of all tensors that the model takes from the checkpoint.</param>
/// <param name="Tensor">The tensor that was loaded last, by its name in the model.</param>
public readonly record struct LoadProgress(long LoadedBytes, long TotalBytes, string Tensor)
{
    /// <summary>The share that is loaded, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)LoadedBytes / TotalBytes;
}
