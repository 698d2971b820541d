namespace PeftSharp.Modeling;

/// <summary>An object that can be saved to files that transformers or peft can read: a model or an adapter.</summary>
/// <remarks>Thread safety: the implementing class documents which members can be called from several threads at once.</remarks>
public interface ISavePretrained
{
    /// <summary>
    /// Writes the files to <paramref name="folder"/>, which is created if it does not exist. Each file is written atomically.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    void SavePretrained(string folder);

    /// <summary>
    /// Loads the weights that <see cref="SavePretrained"/> wrote to <paramref name="folder"/> into this object. If an exception is thrown,
    /// nothing has changed.
    /// </summary>
    /// <exception cref="CheckpointException">A file is missing or malformed, or a tensor is missing or has a different shape.</exception>
    void LoadWeights(string folder);
}
