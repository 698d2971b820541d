namespace PeftSharp.Internal;

/// <summary>The names of files of weights: of safetensors files, and of the pickle files that were used before.</summary>
internal static class WeightFiles
{
    /// <summary>The names in the order in which they are searched: the file, its index, and with pickle files their names.</summary>
    internal static IEnumerable<string> Candidates(string fileName, bool allowPickle)
    {
        yield return fileName;
        yield return IndexOf(fileName);
        if (!allowPickle || PickleOf(fileName) is not { } pickle) yield break;
        yield return pickle;
        yield return IndexOf(pickle);
    }

    /// <summary>The file name of the index of several files: <c>model.safetensors</c> → <c>model.safetensors.index.json</c>.</summary>
    internal static string IndexOf(string fileName) => $"{fileName}.index.json";

    /// <summary>
    /// The name of the pickle file with the same weights: <c>model.safetensors</c> → <c>pytorch_model.bin</c>. Null: none.
    /// </summary>
    internal static string? PickleOf(string fileName) => fileName switch
    {
        "model.safetensors" => "pytorch_model.bin",
        "adapter_model.safetensors" => "adapter_model.bin",
        _ => null,
    };

    /// <summary>Whether a file or the index of several files contains pickles.</summary>
    internal static bool IsPickle(string path) => !path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
        && (Path.GetExtension(path).ToLowerInvariant() is ".bin" or ".pt" or ".pth"
            || path.EndsWith(".bin.index.json", StringComparison.OrdinalIgnoreCase));

    /// <summary>How to load a pickle file, for messages.</summary>
    /// <param name="pickle">The name of the file.</param>
    internal static string Remedy(string pickle) =>
        $"'{pickle}' is a pickle file, which is only read if AllowPickle is set (new PretrainedOptions {{ AllowPickle = true }}, or the "
        + "argument allowPickle). Then its tensors are read, and no code in it is run. Or convert it once with Python: "
        + "from_pretrained(folder).save_pretrained(folder).";
}
