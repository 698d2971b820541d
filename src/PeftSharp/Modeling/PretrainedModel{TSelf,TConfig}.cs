using System.Diagnostics.CodeAnalysis;

namespace PeftSharp.Modeling;

/// <summary>A model class with its own configuration type: loading and construction, written once for every class.</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <typeparam name="TConfig">Its configuration.</typeparam>
[SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "They are called on the class itself: BertModel.FromPretrained(folder).")]
public abstract class PretrainedModel<TSelf, TConfig> : PretrainedModel
    where TSelf : PretrainedModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <param name="name">Name of the class as transformers writes it, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration; it is validated here.</param>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    protected PretrainedModel(string name, TConfig config) : base(name, config) { }

    /// <summary>The values that the model was built from, in their own type.</summary>
    protected new TConfig Config => (TConfig)base.Config;

    /// <summary>Loads the model from a folder in transformers' format. Weights that the checkpoint lacks are initialized and reported in <see cref="PretrainedModel.LoadReport"/>.</summary>
    /// <param name="folder">The folder that holds <c>config.json</c> and the weights.</param>
    /// <param name="options">Changes to the configuration and the type of the weights. Null: the defaults.</param>
    /// <param name="cancellationToken">Checked before each tensor.</param>
    /// <exception cref="CheckpointException">The folder holds no checkpoint of this family, or its weights do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TSelf FromPretrained(string folder, PretrainedOptions? options = null, CancellationToken cancellationToken = default)
    {
        var family = new TConfig().Family;
        var (config, _) = PretrainedLoader.ReadConfig(folder, type => type == family.ModelType ? family
            : throw new CheckpointException($"'{folder}' holds a model of type '{type}', not '{family.ModelType}': load it with AutoModel or with the classes of its own family."), [family]);
        return PretrainedLoader.Load(folder, config, it => TSelf.Create((TConfig)it), options, cancellationToken);
    }

    /// <summary>As <see cref="FromPretrained"/>, on a thread of the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<TSelf> FromPretrainedAsync(string folder, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(folder, options, cancellationToken), cancellationToken);

    /// <summary>A new model with random weights, drawn from libtorch's generator (<c>torch.manual_seed</c>).</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="options">Seed, type and device of the weights. Null: the defaults.</param>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    public static TSelf FromConfig(TConfig config, PretrainedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return PretrainedLoader.Initialize(config, it => TSelf.Create((TConfig)it), options);
    }
}
