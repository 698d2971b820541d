namespace PeftSharp.Modeling;

/// <summary>The progress of loading a model's weights.</summary>
/// <param name="LoadedBytes">Size in bytes of the tensors loaded so far, in the data type of the model.</param>
/// <param name="TotalBytes">Size in bytes of all tensors that are loaded from the checkpoint, in the data type of the model.</param>
/// <param name="Tensor">The name, in the model, of the tensor that was loaded last.</param>
public readonly record struct LoadProgress(long LoadedBytes, long TotalBytes, string Tensor)
{
    /// <summary>The fraction of the bytes that has been loaded, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)LoadedBytes / TotalBytes;
}
