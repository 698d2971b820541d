using System.Diagnostics.CodeAnalysis;

namespace PeftSharp.Modeling;

/// <summary>The base class of models with a specific configuration type. It provides loading and construction.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
[SuppressMessage("Design", "CA1000:Do not declare static members on generic types",
    Justification = "They are called on the class itself: BertModel.FromPretrained(folder).")]
public abstract class PretrainedModel<TSelf, TConfig> : PretrainedModel
    where TSelf : PretrainedModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected PretrainedModel(string name, TConfig config) : base(name, config) { }

    /// <summary>The configuration of the model, with its specific type.</summary>
    protected new TConfig Config => (TConfig)base.Config;

    /// <summary>
    /// Loads the model from a folder in transformers' format or from the Hugging Face Hub. Weights that the checkpoint does not contain are
    /// initialized and reported in <see cref="PretrainedModel.LoadReport"/>.
    /// </summary>
    /// <remarks>The model is in evaluation mode; the trainer switches it to training mode.</remarks>
    /// <param name="nameOrFolder">
    /// The folder that contains <c>config.json</c> and the weights; or, if there is no such folder, a name on the Hugging Face Hub, such as
    /// <c>OWNER/NAME</c>, whose files are downloaded once (<see cref="PretrainedOptions.Hub"/>, <see cref="PretrainedOptions.Revision"/>).
    /// </param>
    /// <param name="options">Options, such as the data type and the device of the weights. Null: the defaults.</param>
    /// <param name="cancellationToken">Cancels the download. It is also checked before each tensor is loaded.</param>
    /// <exception cref="CheckpointException">
    /// The folder does not contain a checkpoint of this family, or the weights do not match the model.
    /// </exception>
    /// <exception cref="ArgumentException">The options are invalid.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static TSelf FromPretrained(
        string nameOrFolder, PretrainedOptions? options = null, CancellationToken cancellationToken = default)
    {
        var folder = PretrainedLoader.Resolve(nameOrFolder, options, cancellationToken);
        var family = new TConfig().Family;
        var (config, _) = PretrainedLoader.ReadConfig(folder, type =>
            type == family.ModelType || family.CompositeModelTypes.Contains(type) ? family
            : throw new CheckpointException($"'{folder}' contains a model of type '{type}', not '{family.ModelType}'. "
            + "Load it with AutoModel or with the classes of its family."), [family]);
        return PretrainedLoader.Load(folder, nameOrFolder, config, it => TSelf.Create((TConfig)it), options, cancellationToken);
    }

    /// <summary>Loads the model asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained" path="//param|//exception"/>
    public static Task<TSelf> FromPretrainedAsync(
        string nameOrFolder, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, options, cancellationToken), cancellationToken);

    /// <summary>
    /// Creates a model with random weights. Unless <see cref="PretrainedOptions.Seed"/> is set, they are drawn from libtorch's generator,
    /// which <c>Seed.Set</c> seeds.
    /// </summary>
    /// <remarks>The model is in training mode: call <c>eval()</c> before you predict with it.</remarks>
    /// <param name="config">The configuration.</param>
    /// <param name="options">Options, such as the seed, the data type and the device of the weights. Null: the defaults.</param>
    /// <exception cref="ArgumentException">The configuration or the options are invalid.</exception>
    public static TSelf FromConfig(TConfig config, PretrainedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return PretrainedLoader.Initialize(config, it => TSelf.Create((TConfig)it), options);
    }
}
