using System.Text.Json.Nodes;

namespace PeftSharp.Modeling;

/// <summary>A model family whose models share one configuration type.</summary>
/// <remarks>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</remarks>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class ModelFamily<TConfig> : ModelFamily where TConfig : PretrainedConfig
{
    private readonly Lock _gate = new();
    private FamilyModels<TConfig>? _models;

    /// <inheritdoc/>
    public sealed override IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders => Models().Builders;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> Architectures => Models().Architectures;

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => PretrainedConfig.FromJson<TConfig>(json);

    /// <summary>Adds the models of the family to a list. Default: adds none.</summary>
    /// <remarks>
    /// Called when a model is first requested, not in the constructor: referring to a model class loads libtorch, which a program that only
    /// tokenizes does not need.
    /// </remarks>
    /// <param name="models">The list.</param>
    protected virtual void AddModels(FamilyModels<TConfig> models) { }

    private FamilyModels<TConfig> Models()
    {
        lock (_gate)
        {
            if (_models is not null) return _models;
            var models = new FamilyModels<TConfig>();
            AddModels(models);
            return _models = models;
        }
    }
}
