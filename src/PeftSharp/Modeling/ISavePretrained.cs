namespace PeftSharp.Modeling;

/// <summary>Something that writes itself as files which transformers or peft read: a model, or an adapter on one.</summary>
/// <remarks>Thread safety: the implementing class says which members can be called from several threads at once.</remarks>
public interface ISavePretrained
{
    /// <summary>Writes the files into <paramref name="folder"/>, which is made where it is absent; each file is whole or unchanged.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    void SavePretrained(string folder);

    /// <summary>Reads what <see cref="SavePretrained"/> wrote into <paramref name="folder"/> back into this object, in place. Nothing changes where an error is thrown.</summary>
    /// <exception cref="CheckpointException">A file is absent or malformed, or a tensor is missing or of another shape.</exception>
    void LoadWeights(string folder);
}
