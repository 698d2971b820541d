using System.Text.Json.Nodes;

namespace PeftSharp.Modeling;

/// <summary>A family whose models share one configuration type.</summary>
/// <typeparam name="TConfig">The configuration.</typeparam>
public abstract class ModelFamily<TConfig> : ModelFamily where TConfig : PretrainedConfig
{
    private readonly Dictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> _builders = [];

    /// <inheritdoc/>
    public sealed override IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders => _builders;

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => ConfigFiles.Read<TConfig>(json);

    /// <summary>Adds the class for a task; called in the constructor.</summary>
    /// <typeparam name="TModel">The class.</typeparam>
    /// <param name="task">The task.</param>
    protected void Add<TModel>(ModelTask task) where TModel : PretrainedModel, IPretrainedModel<TModel, TConfig> =>
        _builders.Add(task, config => TModel.Create((TConfig)config));
}
