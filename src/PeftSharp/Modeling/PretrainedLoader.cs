using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using PeftSharp.Generation;
using PeftSharp.Hub;
using PeftSharp.Internal;
using PeftSharp.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// Loads a model from a folder in transformers' format: reads the configuration, creates the model, loads the weights and reports.
/// </summary>
internal static class PretrainedLoader
{
    /// <summary>The folder of a model: the argument or, if it is the name of a repository, the folder of the downloaded files.</summary>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    internal static string Resolve(string nameOrFolder, PretrainedOptions? options, CancellationToken cancellationToken) =>
        HubFolder.Resolve(
            nameOrFolder, HubFiles.OfModel.WithPickle(options?.AllowPickle), options?.Revision, options?.Hub, cancellationToken);

    /// <summary>Reads <c>config.json</c> in <paramref name="folder"/> and determines the family.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="familyOf">Returns the family of a <c>model_type</c>.</param>
    /// <param name="families">The families that <c>architectures</c> can identify if <c>model_type</c> is missing.</param>
    /// <exception cref="CheckpointException">The folder or the file is missing or malformed, or the family is not supported.</exception>
    internal static (PretrainedConfig Config, ModelFamily Family) ReadConfig(
        string folder, Func<string, ModelFamily> familyOf, IReadOnlyList<ModelFamily> families)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        const string Expected = "config.json, model.safetensors and the files of the tokenizer or image processor";
        if (FolderAccess.Obstacle(folder, Expected) is { } obstacle) throw new CheckpointException(obstacle);
        var path = Path.Combine(folder, "config.json");
        var json = JsonFile.Read(path);
        var family = json["model_type"] is JsonValue value && value.TryGetValue<string>(out var name)
            ? familyOf(name)
            : FamilyOfClass(json, families) ?? throw new CheckpointException(
                $"'{path}' has no model_type, and its architectures do not name a class of a supported family. "
                + "Add model_type, for example \"model_type\": \"bert\".");
        try { return (family.ReadConfig(json), family); }
        catch (System.Text.Json.JsonException error) { throw ConfigFiles.Wrong(path, json, error); }
    }

    private static ModelFamily? FamilyOfClass(JsonObject json, IEnumerable<ModelFamily> families)
    {
        var classes = (json["architectures"] is JsonArray list ? list : [json["architectures"]?.DeepClone()])
            .OfType<JsonValue>().Select(item => item.ToString()).ToArray();
        return families.FirstOrDefault(family => family.Architectures.Intersect(classes, StringComparer.Ordinal).Any());
    }

    /// <summary>Creates a model with <paramref name="build"/> and loads its weights.</summary>
    /// <exception cref="CheckpointException">The folder does not contain a matching checkpoint.</exception>
    /// <exception cref="ArgumentException">The options are invalid.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    internal static TModel Load<TModel>(
        string folder, string nameOrFolder, PretrainedConfig config, Func<PretrainedConfig, TModel> build, PretrainedOptions? options,
        CancellationToken cancellationToken)
        where TModel : PretrainedModel
    {
        options ??= new PretrainedOptions();
        cancellationToken.ThrowIfCancellationRequested();
        try { config.Validate(); }
        catch (ArgumentException error)
        {
            throw new CheckpointException($"'{Path.Combine(folder, "config.json")}': {error.Message}", error);
        }
        using var checkpoint = CheckpointTensors.Open(folder, allowPickle: options.AllowPickle);
        // A layer has at least one tensor. Creating the layers of a damaged configuration could take all memory.
        if (config.LayerCount > checkpoint.Tensors.Count)
            throw new CheckpointException($"'{Path.Combine(folder, "config.json")}' has {Quantity.Of(config.LayerCount, "layer")}, "
                + $"but the weights in '{folder}' have only {Quantity.Of(checkpoint.Tensors.Count, "tensor")}. "
                + "Download the configuration or the weights again.");
        config = options.Apply(config);
        var model = Build(config, build, folder);
        try
        {
            var untied = TiedWeights.Differ(model, checkpoint);
            if (untied)
            {
                model.Dispose();
                model = Build(config with { TieWordEmbeddings = false }, build, folder);
            }
            model.NameOrPath = nameOrFolder;
            using (RandomSeed.Use(options.Seed))
                model.LoadReport = PretrainedWeights.Load(model, folder, checkpoint, options.IgnoreMismatchedSizes, untied: untied,
                    type: options.Dtype, progress: options.Progress, cancellationToken: cancellationToken);
            if (StoredHead.OfOtherTask(model, config.Architectures) is { } other)
                model.LoadReport = model.LoadReport.WithOtherTask(other, model.GetName());
            if (options.Logger is { } logger && !(model.LoadReport.IsComplete && model.LoadReport.Warnings.Count == 0))
                logger.LogWarning("{Model} from '{Folder}': {Report}", model.GetName(), folder, model.LoadReport);
            if (model.CanGenerate) model.GenerationConfig = GenerationConfig.ForModel(folder, config);
            model.eval();
            Place(model, options);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Creates the modules. The memory of their weights is allocated, but not written.</summary>
    /// <exception cref="CheckpointException">The sizes in the configuration are more than can be allocated.</exception>
    private static TModel Build<TModel>(PretrainedConfig config, Func<PretrainedConfig, TModel> build, string folder)
    {
        try { return build(config); }
        catch (Exception error) when (error is System.Runtime.InteropServices.ExternalException or OverflowException)
        {
            throw new CheckpointException($"'{Path.Combine(folder, "config.json")}': the model cannot be created: "
                + $"{error.Message.Split('\n')[0].Trim().TrimEnd('.')}. "
                + "Compare the sizes in the file with the sizes of the weights.", error);
        }
    }

    /// <summary>Creates a model with initialized weights, ready to be trained.</summary>
    /// <exception cref="ArgumentException">The options or the configuration are invalid.</exception>
    internal static TModel Initialize<TModel>(PretrainedConfig config, Func<PretrainedConfig, TModel> build, PretrainedOptions? options)
        where TModel : PretrainedModel
    {
        options ??= new PretrainedOptions();
        var model = build(options.Apply(config));
        using (RandomSeed.Use(options.Seed)) PretrainedWeights.InitializeAll(model, except: new HashSet<string>());
        Place(model, options);
        return model;
    }

    private static void Place(PretrainedModel model, PretrainedOptions options)
    {
        if (options.Dtype != ScalarType.Float32) model.to(options.Dtype);
        if (options.Device is { } device) model.to(device);
    }
}
