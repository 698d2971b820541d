using System.Runtime.CompilerServices;
using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>Loads a token classification model of any supported family (transformers' <c>AutoModelForTokenClassification</c>).</summary>
public static class AutoModelForTokenClassification
{
    /// <summary>
    /// Loads a model from a folder in transformers' format or from the Hugging Face Hub. A head that the checkpoint does not contain is
    /// initialized and listed in <see cref="PretrainedModel.LoadReport"/>.
    /// </summary>
    /// <remarks>The model is in evaluation mode; the trainer switches it to training mode.</remarks>
    /// <param name="nameOrFolder">
    /// The folder that contains <c>config.json</c> and the weights; or, if there is no such folder, a name on the Hugging Face Hub, such as
    /// <c>OWNER/NAME</c>, whose files are downloaded once (<see cref="PretrainedOptions.Hub"/>, <see cref="PretrainedOptions.Revision"/>).
    /// </param>
    /// <param name="options">Options, such as the data type and the device of the weights. Null: the defaults.</param>
    /// <param name="cancellationToken">Cancels the download. It is also checked before each tensor is loaded.</param>
    /// <exception cref="CheckpointException">The folder does not contain such a model, or the weights do not match the model.</exception>
    /// <exception cref="ArgumentException">The options are invalid.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static PretrainedModel FromPretrained(
        string nameOrFolder, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        AutoLoader.FromPretrained(nameOrFolder, ModelTask.TokenClassification, options, cancellationToken);

    /// <summary>Loads the model asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, PretrainedOptions?, CancellationToken)" path="//param|//exception"/>
    public static Task<PretrainedModel> FromPretrainedAsync(
        string nameOrFolder, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, options, cancellationToken), cancellationToken);

    /// <summary>Loads a model with a head of <paramref name="numLabels"/> classes.</summary>
    /// <param name="nameOrFolder">
    /// The folder that contains <c>config.json</c> and the weights; or, if there is no such folder, a name on the Hugging Face Hub, such as
    /// <c>OWNER/NAME</c>, whose files are downloaded once (<see cref="PretrainedOptions.Hub"/>, <see cref="PretrainedOptions.Revision"/>).
    /// </param>
    /// <param name="numLabels">The number of classes; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numLabels"/> is less than 1.</exception>
    /// <exception cref="CheckpointException">
    /// The folder does not contain such a model, or the weights do not match the model: for example, its head has a different number of
    /// classes.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    [OverloadResolutionPriority(-1)]                    // new() means new PretrainedOptions(), not the number 0
    public static PretrainedModel FromPretrained(string nameOrFolder, int numLabels) =>
        FromPretrained(nameOrFolder, new PretrainedOptions { NumLabels = numLabels });

    /// <summary>
    /// Loads a model with a head that has a name for each tag: <c>FromPretrained(folder, data.GetClassNames("label"))</c>.
    /// </summary>
    /// <param name="nameOrFolder">
    /// The folder that contains <c>config.json</c> and the weights; or, if there is no such folder, a name on the Hugging Face Hub, such as
    /// <c>OWNER/NAME</c>, whose files are downloaded once (<see cref="PretrainedOptions.Hub"/>, <see cref="PretrainedOptions.Revision"/>).
    /// </param>
    /// <param name="labelNames">The names, in the order of the class ids (<see cref="PretrainedOptions.LabelNames"/>).</param>
    /// <exception cref="ArgumentException"><paramref name="labelNames"/> is empty or contains a name more than once.</exception>
    /// <exception cref="CheckpointException">
    /// The folder does not contain such a model, or the weights do not match the model: for example, its head has a different number of
    /// classes.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    [OverloadResolutionPriority(-1)]                    // null means no options
    public static PretrainedModel FromPretrained(string nameOrFolder, IReadOnlyList<string> labelNames)
    {
        ArgumentNullException.ThrowIfNull(labelNames);
        return FromPretrained(nameOrFolder, new PretrainedOptions { LabelNames = labelNames });
    }

    /// <summary>
    /// Creates a model with random weights. Unless <see cref="PretrainedOptions.Seed"/> is set, they are drawn from libtorch's generator,
    /// which <c>Seed.Set</c> seeds.
    /// </summary>
    /// <remarks>The model is in training mode: call <c>eval()</c> before you predict with it.</remarks>
    /// <param name="config">The configuration, such as a <c>BertConfig</c>; its class determines the family.</param>
    /// <param name="options">Options, such as the names of the classes and the seed of the weights. Null: the defaults.</param>
    /// <exception cref="ArgumentException">The configuration or the options are invalid.</exception>
    /// <exception cref="CheckpointException">The family is not registered, or it has no model for this task.</exception>
    public static PretrainedModel FromConfig(PretrainedConfig config, PretrainedOptions? options = null) =>
        AutoLoader.FromConfig(config, ModelTask.TokenClassification, options);

    /// <summary>Creates a model with random weights and a head of <paramref name="numLabels"/> classes.</summary>
    /// <inheritdoc cref="FromConfig(PretrainedConfig, PretrainedOptions?)" path="//remarks|//exception"/>
    /// <param name="config">The configuration, such as a <c>BertConfig</c>; its class determines the family.</param>
    /// <param name="numLabels">The number of classes; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numLabels"/> is less than 1.</exception>
    [OverloadResolutionPriority(-1)]                    // new() means new PretrainedOptions(), not the number 0
    public static PretrainedModel FromConfig(PretrainedConfig config, int numLabels) =>
        FromConfig(config, new PretrainedOptions { NumLabels = numLabels });

    /// <summary>
    /// Creates a model with random weights and a head that has a name for each tag:
    /// <c>FromConfig(config, data.GetClassNames("label"))</c>.
    /// </summary>
    /// <inheritdoc cref="FromConfig(PretrainedConfig, PretrainedOptions?)" path="//remarks|//exception"/>
    /// <param name="config">The configuration, such as a <c>BertConfig</c>; its class determines the family.</param>
    /// <param name="labelNames">The names, in the order of the class ids (<see cref="PretrainedOptions.LabelNames"/>).</param>
    [OverloadResolutionPriority(-1)]                    // null means no options
    public static PretrainedModel FromConfig(PretrainedConfig config, IReadOnlyList<string> labelNames)
    {
        ArgumentNullException.ThrowIfNull(labelNames);
        return FromConfig(config, new PretrainedOptions { LabelNames = labelNames });
    }
}
