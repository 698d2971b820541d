namespace PeftSharp.Modeling;

/// <summary>The model classes of a family, which it lists in <see cref="ModelFamily{TConfig}.AddModels"/>.</summary>
/// <remarks>Not thread-safe: one family fills it, once.</remarks>
/// <typeparam name="TConfig">The configuration of the family.</typeparam>
public sealed class FamilyModels<TConfig> where TConfig : PretrainedConfig
{
    internal FamilyModels() { }

    internal List<string> Architectures { get; } = [];

    internal Dictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders { get; } = [];

    /// <summary>Adds the class for a task.</summary>
    /// <typeparam name="TModel">The class.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="architecture">transformers' name of the class. Null: the name of <typeparamref name="TModel"/>.</param>
    public void Add<TModel>(ModelTask task, string? architecture = null) where TModel : PretrainedModel, IPretrainedModel<TModel, TConfig>
    {
        Builders.Add(task, config => TModel.Create((TConfig)config));
        Architectures.Add(architecture ?? typeof(TModel).Name);
    }

    /// <summary>Adds names of transformers' classes that the family reads without having them.</summary>
    /// <param name="architectures">The names.</param>
    public void AddArchitectures(params IEnumerable<string> architectures) => Architectures.AddRange(architectures);
}
