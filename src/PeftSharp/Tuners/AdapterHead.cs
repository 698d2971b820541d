using PeftSharp.Internal;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>The number of classes of the head that an adapter's file contains.</summary>
internal static class AdapterHead
{
    /// <summary>
    /// The number of classes of the head in the file, if the model's head is new and has another number of classes; otherwise null.
    /// </summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <param name="model">The base model.</param>
    /// <param name="allowPickle">Whether <c>adapter_model.bin</c> is read if there is no safetensors file.</param>
    /// <exception cref="CheckpointException">The file is missing or malformed.</exception>
    internal static int? NumLabels(string folder, PretrainedModel model, bool allowPickle)
    {
        if (model.NewWeights.Untrained.Count == 0) return null;
        using var file = AdapterFiles.Open(folder, allowPickle);
        var weights = model.WeightsByName().ToDictionary(pair => pair.Key, pair => pair.Value.shape, StringComparer.Ordinal);
        foreach (var name in model.NewWeights.Untrained)
            foreach (var (key, tensor) in file.Tensors)
                if (key.EndsWith("." + name, StringComparison.Ordinal) && ClassesOf(model, name, tensor.Shape, weights[name]) is { } count)
                    return count;
        return null;
    }

    /// <summary>The remedy if only the numbers of classes differ; otherwise null.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="different">The names in the model of the tensors whose shapes differ, with both shapes.</param>
    internal static string? Remedy(
        PretrainedModel model, IReadOnlyList<(string Name, IReadOnlyList<long> InFile, IReadOnlyList<long> InModel)> different)
    {
        var counts = different.Select(entry => ClassesOf(model, entry.Name, entry.InFile, entry.InModel)).Distinct().ToArray();
        if (counts is not [{ } count]) return null;
        var isNew = different.All(entry => model.NewWeights.Names.Contains(entry.Name));
        return $"The adapter has a head of {Quantity.Of(count, "class")}, and the model has {model.Config.NumLabels}. Load the base model "
            + $"with new PretrainedOptions {{ LabelNames = … }}, one name for each class, or NumLabels = {count}"
            + (isNew ? "." : ", and IgnoreMismatchedSizes = true, because the folder of the base model has a head of another size.");
    }

    /// <summary>
    /// The number of classes in the file, if the tensors belong to a head and differ only in the number of classes; otherwise null.
    /// </summary>
    private static int? ClassesOf(PretrainedModel model, string name, IReadOnlyList<long> inFile, IReadOnlyList<long> inModel) =>
        !StoredHead.IsOfBody(model, name) && inFile.Count > 0 && inFile.Count == inModel.Count && inFile[0] != inModel[0]
            && inModel[0] == model.Config.NumLabels && inFile.Skip(1).SequenceEqual(inModel.Skip(1))
            ? checked((int)inFile[0]) : null;
}
