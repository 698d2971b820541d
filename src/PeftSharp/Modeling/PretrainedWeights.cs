using PeftSharp.Modeling.Layers;
using PeftSharp.Serialization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>Loads a model's weights from a folder and saves them.</summary>
internal static class PretrainedWeights
{
    /// <summary>Copies the tensors of <paramref name="folder"/> into the model's parameters; every parameter must be present.</summary>
    /// <exception cref="CheckpointException">
    /// A tensor is missing or has a different shape or an unsupported type; nothing was changed. Or a file that was opened cannot be read
    /// to its end; tensors may have been changed.
    /// </exception>
    internal static void LoadAll(PretrainedModel model, string folder, bool allowPickle = false)
    {
        using var checkpoint = CheckpointTensors.Open(folder, allowPickle: allowPickle);
        Load(model, folder, checkpoint, ignoreMismatchedSizes: false, needsAll: true);
        model.NewWeights.MarkTrained(model.NewWeights.Names);
    }

    /// <summary>
    /// Copies a checkpoint's tensors into the model's parameters, converting their type. Missing parameters are initialized. A
    /// <see cref="CheckpointException"/> leaves the model unchanged, unless a file that was opened cannot be read to its end.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The checkpoint's folder, for messages.</param>
    /// <param name="checkpoint">The tensors of the checkpoint.</param>
    /// <param name="ignoreMismatchedSizes">Whether a tensor of a different shape is reported instead of throwing an exception.</param>
    /// <param name="needsAll">Whether a missing tensor throws an exception instead of being reported.</param>
    /// <param name="untied">Whether the model was untied because the checkpoint holds different values for tied weights.</param>
    /// <param name="type">The type to which the model is converted afterwards. Null: the model keeps its type.</param>
    /// <param name="progress">Receives the progress after each tensor. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each tensor; a cancelled load leaves the model partly loaded.</param>
    /// <exception cref="CheckpointException">
    /// A tensor has a different shape (unless ignored) or an unsupported type, no tensor matches, a required tensor is missing, or a file
    /// cannot be read.
    /// </exception>
    internal static LoadReport Load(
        PretrainedModel model, string folder, CheckpointTensors checkpoint, bool ignoreMismatchedSizes, bool needsAll = false,
        bool untied = false, ScalarType? type = null, IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var parameters = ModelState.Of(model);
        var names = KeyMapping.ToModel(checkpoint.Tensors.Keys, parameters.Keys.Concat(model.Family.TiedWeights.Keys), model.Family);
        var (redundant, copies) = TiedWeights.Resolve(model, names, parameters.Keys.ToHashSet(StringComparer.Ordinal), untied);
        var unexpected = new List<string>();
        var mismatched = new List<MismatchedKey>();
        var fitting = new OrderedDictionary<string, string>(StringComparer.Ordinal);       // model name to checkpoint name
        foreach (var name in checkpoint.Tensors.Keys)
        {
            if (!parameters.TryGetValue(names[name], out var parameter))
            {
                if (!model.Family.IsObsoleteKey(name) && !redundant.Contains(name)) unexpected.Add(name);
                continue;
            }
            if (!checkpoint.Tensors[name].Shape.SequenceEqual(parameter.shape))
                mismatched.Add(new MismatchedKey(names[name], checkpoint.Tensors[name].Shape, parameter.shape));
            else if (!fitting.TryAdd(names[name], name))
                throw new CheckpointException(
                    $"'{folder}' contains '{names[name]}' twice, as '{fitting[names[name]]}' and as '{name}'. Remove one of them.");
        }
        foreach (var (place, name) in copies)
            if (checkpoint.Tensors[name].Shape.SequenceEqual(parameters[place].shape)) fitting.TryAdd(place, name);
        RefuseAdapters(folder, unexpected);
        if (fitting.Count == 0)
            throw new CheckpointException($"No tensor of '{folder}' matches {model.GetName()}: "
                + $"the checkpoint contains {Some(checkpoint.Tensors.Keys)}, but the model expects {Some(parameters.Keys)}. "
                + $"Load a checkpoint of the family '{model.Family.ModelType}'.");
        if (mismatched.Count > 0 && !ignoreMismatchedSizes)
            throw new CheckpointException($"'{folder}' does not match {model.GetName()}: {string.Join("; ", mismatched)}. "
                + "Pass the sizes of the checkpoint (NumLabels for a head), or set IgnoreMismatchedSizes to initialize "
                + "these parameters.");
        var missing = parameters.Keys.Except([.. fitting.Keys, .. mismatched.Select(key => key.Name)]).ToArray();
        if (needsAll && missing.Length > 0)
            throw new CheckpointException(
                $"'{folder}' was not saved from this {model.GetName()}: it does not contain {string.Join(", ", missing)}.");
        foreach (var name in fitting.Values) checkpoint.RequireReadable(name);
        var places = fitting.Keys.ToHashSet(StringComparer.Ordinal);
        if (type is { } wanted && wanted != ScalarType.Float32)
        {
            ConvertLoaded(model, wanted, places);
            parameters = ModelState.Of(model);
        }
        var (loaded, total) = (0L, fitting.Keys.Sum(place => Bytes(parameters[place])));
        foreach (var (place, name) in fitting)
        {
            cancellationToken.ThrowIfCancellationRequested();
            checkpoint.CopyTo(name, parameters[place]);
            progress?.Report(new LoadProgress(loaded += Bytes(parameters[place]), total, place));
        }
        if (missing.Length + mismatched.Count > 0) InitializeAll(model, except: places);
        return new LoadReport(missing, unexpected, mismatched)
        {
            Warnings = untied ? ["config.json ties the head to the embeddings, but the checkpoint contains different values for the "
                + "two: they are not tied, and the loaded configuration has TieWordEmbeddings = false."] : [],
        };
    }

    /// <summary>
    /// Converts the layers whose parameters are all loaded from the checkpoint. Their memory has not been written yet, so the model never
    /// needs the memory of its float32 weights. Other layers are initialized in float32 first, so that their values do not depend on the
    /// type.
    /// </summary>
    private static void ConvertLoaded(PretrainedModel model, ScalarType type, HashSet<string> loaded)
    {
        foreach (var (path, module) in model.WeightsRoot.named_modules())
            if (!module.named_children().Any() && module.named_parameters(recurse: false).ToArray() is { Length: > 0 } own
                && own.All(parameter => loaded.Contains($"{path}.{parameter.name}")))
                module.to(type);
    }

    /// <summary>
    /// Rejects weights of a model that was saved while adapters wrapped its layers: without the adapter they are not the trained weights.
    /// </summary>
    private static void RefuseAdapters(string folder, IEnumerable<string> keys)
    {
        if (keys.FirstOrDefault(IsOfAdapter) is { } key)
            throw new CheckpointException($"'{folder}' contains '{key}': it was saved from a model with adapters that were neither "
                + "merged nor saved separately. "
                + "Merge them before saving (MergeAndUnload, in Python merge_and_unload), or load the base model and the "
                + "adapter from their own folders.");

        static bool IsOfAdapter(string key) =>
            key.Contains(".base_layer.", StringComparison.Ordinal) || key.Contains(".lora_", StringComparison.Ordinal);
    }

    /// <summary>
    /// Initializes every parameter that is not in <paramref name="except"/>, children before their parent as in transformers, so that the
    /// same seed gives the same values.
    /// </summary>
    internal static void InitializeAll(PretrainedModel model, IReadOnlySet<string> except)
    {
        using var noGradient = no_grad();
        var drawn = new List<string>();
        Visit(model.WeightsRoot, "");
        model.NewWeights.Drawn(drawn);

        void Visit(Module module, string path)
        {
            foreach (var (name, child) in module.named_children()) Visit(child, $"{path}{name}.");
            foreach (var (name, _) in module.named_parameters(recurse: false))
                if (!except.Contains(path + name))
                {
                    model.InitializeParameter(module, name);
                    drawn.Add(path + name);
                }
            if (module is not IChildInitializer parent) return;
            foreach (var (name, child) in module.named_children())
                foreach (var (parameter, _) in child.named_parameters(recurse: false))
                    if (!except.Contains($"{path}{name}.{parameter}")) parent.InitializeChild(child, $"{name}.{parameter}");
        }
    }

    /// <summary>The default initialization of a layer's parameter.</summary>
    internal static void Initialize(Module owner, string name, PretrainedConfig config)
    {
        if (owner is not IParameterInitializer layer)
            throw new InvalidOperationException($"{owner.GetName()} does not define the initialization of its parameter '{name}'. "
                + "Override InitializeParameter of the model.");
        layer.Initialize(name, config.InitializerRange);
    }

    /// <summary>Writes the weights as <c>model.safetensors</c>, in several shards if they are large.</summary>
    internal static void Save(PretrainedModel model, string folder) => CheckpointTensors.Save(
        folder, TiedWeights.WithUnusedSources(model)
            .Select(pair => KeyValuePair.Create(model.Family.CheckpointName(pair.Key), pair.Value)));

    /// <summary>The name of the weights' data type in transformers.</summary>
    internal static string TypeName(PretrainedModel model) => model.parameters().First().dtype switch
    {
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        ScalarType.Float64 => "float64",
        _ => "float32",
    };

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.ElementSize;

    private static string Some(IEnumerable<string> names)
    {
        var all = names.ToArray();
        return all.Length == 0 ? "no tensors" : string.Join(", ", all.Take(3)) + (all.Length > 3 ? $" and {all.Length - 3} more" : "");
    }
}
