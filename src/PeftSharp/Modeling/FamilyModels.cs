namespace PeftSharp.Modeling;

/// <summary>The list of a family's model classes, filled in <see cref="ModelFamily{TConfig}.AddModels"/>.</summary>
/// <remarks>Not thread-safe: the family fills it once, from one thread.</remarks>
/// <typeparam name="TConfig">The family's configuration type.</typeparam>
public sealed class FamilyModels<TConfig> where TConfig : PretrainedConfig
{
    internal FamilyModels() { }

    internal List<string> Architectures { get; } = [];

    internal Dictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders { get; } = [];

    /// <summary>Adds the model class for a task.</summary>
    /// <typeparam name="TModel">The model class.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="architecture">The name of the class in transformers. Null: the name of <typeparamref name="TModel"/>.</param>
    /// <exception cref="ArgumentException">The list already contains a model for the task.</exception>
    public void Add<TModel>(ModelTask task, string? architecture = null) where TModel : PretrainedModel, IPretrainedModel<TModel, TConfig>
    {
        Builders.Add(task, config => TModel.Create((TConfig)config));
        Architectures.Add(architecture ?? typeof(TModel).Name);
    }

    /// <summary>
    /// Adds the names of transformers classes that the family does not implement, but whose checkpoints it can read.
    /// </summary>
    /// <param name="architectures">The class names.</param>
    public void AddArchitectures(params IEnumerable<string> architectures) => Architectures.AddRange(architectures);
}
