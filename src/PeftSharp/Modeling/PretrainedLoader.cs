using Microsoft.Extensions.Logging;
using PeftSharp.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>A folder of transformers becomes a model: configuration, building, weights, report.</summary>
internal static class PretrainedLoader
{
    /// <summary>The configuration in <paramref name="folder"/>'s <c>config.json</c>, by the family that <paramref name="familyOf"/> gives for its <c>model_type</c>.</summary>
    /// <exception cref="CheckpointException">The file is absent or malformed, or its family is not known.</exception>
    internal static (PretrainedConfig Config, ModelFamily Family) ReadConfig(string folder, Func<string, ModelFamily> familyOf)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, "config.json");
        var json = JsonFile.Read(path);
        var type = json["model_type"] is System.Text.Json.Nodes.JsonValue value && value.TryGetValue<string>(out var name) ? name
            : throw new CheckpointException($"'{path}' has no model_type, so the family of the model is unknown. Add it, for example \"model_type\": \"bert\".");
        var family = familyOf(type);
        try { return (family.ReadConfig(json), family); }
        catch (System.Text.Json.JsonException error) { throw new CheckpointException($"'{path}', field '{error.Path}': {error.Message}", error); }
    }

    /// <summary>Builds with <paramref name="build"/> and loads.</summary>
    /// <exception cref="CheckpointException">The folder holds no fitting checkpoint.</exception>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    internal static TModel Load<TModel>(string folder, PretrainedConfig config, Func<PretrainedConfig, TModel> build, PretrainedOptions? options) where TModel : PretrainedModel
    {
        options ??= new PretrainedOptions();
        try { config.Validate(); }
        catch (ArgumentException error) { throw new CheckpointException($"'{Path.Combine(folder, "config.json")}': {error.Message}", error); }
        var model = build(options.Apply(config));
        try
        {
            model.NameOrPath = folder;
            using (RandomSeed.Use(options.Seed)) model.LoadReport = PretrainedWeights.Load(model, folder, options.IgnoreMismatchedSizes);
            if (!model.LoadReport.IsComplete && options.Logger is { } logger) logger.LogWarning("{Model} from '{Folder}': {Report}", model.GetName(), folder, model.LoadReport);
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

    /// <summary>A new model with initial weights, ready to be trained.</summary>
    /// <exception cref="ArgumentException">The options or the configuration make no sense.</exception>
    internal static TModel Initialize<TModel>(PretrainedConfig config, Func<PretrainedConfig, TModel> build, PretrainedOptions? options) where TModel : PretrainedModel
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
