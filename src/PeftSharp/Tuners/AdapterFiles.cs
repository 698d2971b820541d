using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>Reads and writes <c>adapter_config.json</c> and <c>adapter_model.safetensors</c> in peft's format.</summary>
/// <remarks>
/// For tuning methods that adapt layers, a key consists of <c>base_model.model.</c>, the module's path and the parameter's name, without
/// the adapter's name:
/// <c>base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight</c>.
/// </remarks>
internal static class AdapterFiles
{
    internal const string WeightsFile = "adapter_model.safetensors";

    /// <summary>The folder of an adapter: the folder itself for <c>default</c>, a subfolder with the adapter's name for others.</summary>
    internal static string FolderOf(string folder, string adapter) =>
        adapter == AdapterNames.Default ? folder : Path.Combine(folder, adapter);

    /// <summary>The names of the subfolders that contain an adapter, in alphabetical order.</summary>
    internal static IReadOnlyList<string> NamesIn(string folder) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateDirectories(folder).Where(sub => File.Exists(Path.Combine(sub, PeftConfigFile.Name)))
            .Select(sub => Path.GetFileName(sub)).Order(StringComparer.Ordinal)];

    /// <summary>Writes both files, each atomically.</summary>
    internal static void Save(string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, PeftConfig config)
    {
        FolderAccess.Create(folder);
        Safetensors.Save(Path.Combine(folder, WeightsFile), tensors, Safetensors.PyTorchMetadata);
        PeftConfigFile.Write(folder, config with { InferenceMode = true });
    }

    /// <summary>Compares the sizes in the configuration with the shapes in the file, without reading the tensors.</summary>
    /// <returns>The configuration with the number of elements in the file (<see cref="PeftConfig.FileElements"/>).</returns>
    /// <exception cref="CheckpointException">
    /// The sizes do not match the shapes, or the file is missing or malformed.
    /// </exception>
    internal static PeftConfig CheckSizes(string folder, PeftConfig config, bool allowPickle)
    {
        using var file = Open(folder, allowPickle);
        if (config.SizeError(file.Tensors.Values.Select(tensor => tensor.Shape)) is { } error)
            throw new CheckpointException($"'{file.Files[0]}' does not belong to '{Path.Combine(folder, PeftConfigFile.Name)}': {error}. "
                + "Obtain both files again.");
        var elements = file.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));
        return config with { FileElements = elements };
    }

    /// <summary>Copies the file's tensors into the adapter's tensors; nothing is written unless all of them match.</summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <param name="tensors">The adapter's tensors by key.</param>
    /// <param name="tuner">The tuner. Tensors of the file that are parameters of the base model are copied into the base model, as in
    /// peft.</param>
    /// <param name="config">The adapter's configuration.</param>
    /// <param name="allowPickle">Whether <c>adapter_model.bin</c> is read if there is no safetensors file.</param>
    /// <returns>Missing optional tensors and changes to the base model.</returns>
    /// <exception cref="CheckpointException">
    /// A tensor is missing, unexpected or has a different shape; the message names the tensor and both models.
    /// </exception>
    internal static LoadReport Load(
        string folder, IReadOnlyDictionary<string, Tensor> tensors, Tuner tuner, PeftConfig config, bool allowPickle = false)
    {
        using var file = Open(folder, allowPickle);
        var model = tuner.Tree.Model;
        var weights = BaseParameters(model, tuner.KeyPrefix);
        var targets = tensors.Concat(weights.Where(pair => !tensors.ContainsKey(pair.Key)))
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        var names = new AdapterKeys(tuner.KeyPrefix, tuner.SlotNames, model.Family.RenameKey)
            .Match(file.Tensors.Keys, targets.Keys.ToHashSet(StringComparer.Ordinal));
        var found = names.Values.ToHashSet(StringComparer.Ordinal);
        var absent = tensors.Keys.Where(key => !found.Contains(key)).ToArray();
        var missing = absent.Where(key => !IsOptional(key, weights)).ToArray();
        var unexpected = file.Tensors.Keys.Where(key => !names.ContainsKey(key) && !IsRepeated(key) && !IsTied(key)).ToArray();
        var mismatched = names.Where(pair => !file.Tensors[pair.Key].Shape.SequenceEqual(targets[pair.Value].shape)).ToArray();
        var wrong = mismatched.Select(pair => $"{pair.Key} is [{string.Join(", ", file.Tensors[pair.Key].Shape)}] in the file and "
                + $"[{string.Join(", ", targets[pair.Value].shape)}] in the model").ToArray();
        if (missing.Length + unexpected.Length + wrong.Length > 0)
        {
            var problems = Problems(("Different shape", wrong), ("Missing from the file", missing), ("Not in the model", unexpected));
            throw new CheckpointException($"The adapter in '{folder}' (base model {config.BaseModelNameOrPath ?? "not named"}) "
                + $"does not match this model ({Describe(model)}). {string.Join(" ", problems)} "
                + (AdapterHead.Remedy(model, [.. mismatched.Select(pair =>
                    (BaseName(pair.Value), file.Tensors[pair.Key].Shape, (IReadOnlyList<long>)targets[pair.Value].shape))])
                ?? "Load the base model that the adapter was trained on, or obtain the file again."));
        }
        foreach (var key in names.Keys) file.RequireReadable(key);
        using var noGradient = no_grad();
        foreach (var (key, name) in names) file.CopyTo(key, targets[name]);
        model.NewWeights.MarkTrained(found.Select(BaseName));
        var changed = found.Where(name => !tensors.ContainsKey(name)).ToArray();
        return new LoadReport(absent, [], [])
        {
            MissingKeysKeepTheirValues = true,
            Warnings = changed.Length == 0 ? [] : ["The file also contains weights of the base model, which were copied into the "
                + $"model: {string.Join(", ", changed)}."],
        };

        string BaseName(string key) => key.StartsWith(tuner.KeyPrefix, StringComparison.Ordinal) ? key[tuner.KeyPrefix.Length..] : key;

        // With bias="all", peft writes a tied bias under both of its names.
        bool IsTied(string key) => key.StartsWith(tuner.KeyPrefix, StringComparison.Ordinal)
            && model.Family.TiedWeights.TryGetValue(key[tuner.KeyPrefix.Length..], out var other)
            && file.Tensors.ContainsKey(tuner.KeyPrefix + other);
    }

    /// <summary>Describes the base model for messages.</summary>
    internal static string Describe(PretrainedModel model) =>
        model.NameOrPath is { } path ? $"{model.GetName()} from '{path}'" : model.GetName();

    /// <exception cref="CheckpointException">The file is missing or malformed.</exception>
    internal static CheckpointTensors Open(string folder, bool allowPickle) => CheckpointTensors.Open(folder, WeightsFile, allowPickle);

    private static Dictionary<string, Tensor> BaseParameters(PretrainedModel model, string prefix) =>
        ModelState.Parameters(model).ToDictionary(pair => prefix + pair.Key, pair => (Tensor)pair.Value, StringComparer.Ordinal);

    /// <summary>
    /// Whether the file need not contain a tensor. Weights of the base model are optional: they keep their values if the file does not
    /// contain them. peft can be configured not to save embeddings, and older versions did not save biases.
    /// </summary>
    private static bool IsOptional(string key, Dictionary<string, Tensor> weights) =>
        key.EndsWith(".base_layer.weight", StringComparison.Ordinal) || weights.ContainsKey(key);

    /// <summary>
    /// Whether a tensor of the file is a duplicate. With bias="all", peft also writes the biases of a head under the names that they have
    /// in the wrapper of the head; the file contains the head itself under its own name.
    /// </summary>
    private static bool IsRepeated(string key) =>
        key.Contains(".modules_to_save.", StringComparison.Ordinal) || key.Contains(".original_module.", StringComparison.Ordinal);

    private static IEnumerable<string> Problems(params (string What, string[] Items)[] problems) =>
        problems.Where(problem => problem.Items.Length > 0)
            .Select(problem => $"{problem.What}: {string.Join("; ", problem.Items.Take(5))}"
                + (problem.Items.Length > 5 ? $" and {problem.Items.Length - 5} more." : "."));
}
