using System.Text.Json.Nodes;

namespace PeftSharp.Modeling;

/// <summary>A family whose models share one configuration type.</summary>
/// <remarks>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</remarks>
/// <typeparam name="TConfig">The configuration.</typeparam>
public abstract class ModelFamily<TConfig> : ModelFamily where TConfig : PretrainedConfig
{
    private readonly List<string> _architectures = [];
    private readonly Dictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> _builders = [];

    /// <inheritdoc/>
    public sealed override IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders => _builders;

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => PretrainedConfig.FromJson<TConfig>(json);

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> Architectures => _architectures;

    /// <summary>Adds the class for a task; called in the constructor.</summary>
    /// <typeparam name="TModel">The class.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="architecture">transformers' name of the class. Null: the name of <typeparamref name="TModel"/>.</param>
    protected void Add<TModel>(ModelTask task, string? architecture = null) where TModel : PretrainedModel, IPretrainedModel<TModel, TConfig>
    {
        _builders.Add(task, config => TModel.Create((TConfig)config));
        _architectures.Add(architecture ?? typeof(TModel).Name);
    }

    /// <summary>Adds names of transformers' classes that the family reads without having them; called in the constructor.</summary>
    /// <param name="architectures">The names.</param>
    protected void AddArchitectures(params IEnumerable<string> architectures) => _architectures.AddRange(architectures);
}
