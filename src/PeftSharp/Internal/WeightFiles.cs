namespace PeftSharp.Internal;

/// <summary>
/// The names of weights files: safetensors files, and the pickle files that older versions of the Python libraries write.
/// </summary>
internal static class WeightFiles
{
    /// <summary>
    /// Returns the names in the order in which they are searched: the file, its index and, if allowed, the pickle file and its index.
    /// </summary>
    internal static IEnumerable<string> Candidates(string fileName, bool allowPickle)
    {
        yield return fileName;
        yield return IndexOf(fileName);
        if (!allowPickle || PickleOf(fileName) is not { } pickle) yield break;
        yield return pickle;
        yield return IndexOf(pickle);
    }

    /// <summary>
    /// Returns the file name of the index of a sharded checkpoint: <c>model.safetensors</c> → <c>model.safetensors.index.json</c>.
    /// </summary>
    internal static string IndexOf(string fileName) => $"{fileName}.index.json";

    /// <summary>
    /// Returns the name of the pickle file for the same weights: <c>model.safetensors</c> → <c>pytorch_model.bin</c>. Null: no such name.
    /// </summary>
    internal static string? PickleOf(string fileName) => fileName switch
    {
        "model.safetensors" => "pytorch_model.bin",
        "adapter_model.safetensors" => "adapter_model.bin",
        _ => null,
    };

    /// <summary>Returns whether a file is a pickle file, or an index of pickle files.</summary>
    internal static bool IsPickle(string path) => !path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
        && (Path.GetExtension(path).ToLowerInvariant() is ".bin" or ".pt" or ".pth"
            || path.EndsWith(".bin.index.json", StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns how to load a pickle file, for messages.</summary>
    /// <param name="pickle">The name of the file.</param>
    internal static string Remedy(string pickle) =>
        $"'{pickle}' is a pickle file, which is only read if AllowPickle is set (new PretrainedOptions {{ AllowPickle = true }}, or the "
        + "argument allowPickle). Then its tensors are read, and no code in it is run. Or convert it once with Python: "
        + "from_pretrained(folder).save_pretrained(folder).";
}
