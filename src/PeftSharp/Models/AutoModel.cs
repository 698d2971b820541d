using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>Loads a model without a head, of any supported family (transformers' <c>AutoModel</c>).</summary>
public static class AutoModel
{
    /// <summary>
    /// Loads a model from a folder in transformers' format or from the Hugging Face Hub. A head in the checkpoint is not loaded.
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
        AutoLoader.FromPretrained(nameOrFolder, ModelTask.FeatureExtraction, options, cancellationToken);

    /// <summary>Loads the model asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, PretrainedOptions?, CancellationToken)" path="//param|//exception"/>
    public static Task<PretrainedModel> FromPretrainedAsync(
        string nameOrFolder, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, options, cancellationToken), cancellationToken);

    /// <summary>
    /// Creates a model with random weights. Unless <see cref="PretrainedOptions.Seed"/> is set, they are drawn from libtorch's generator,
    /// which <c>Seed.Set</c> seeds.
    /// </summary>
    /// <remarks>The model is in training mode: call <c>eval()</c> before you predict with it.</remarks>
    /// <param name="config">The configuration, such as a <c>BertConfig</c>; its class determines the family.</param>
    /// <param name="options">Options, such as the seed, the data type and the device of the weights. Null: the defaults.</param>
    /// <exception cref="ArgumentException">The configuration or the options are invalid.</exception>
    /// <exception cref="CheckpointException">The family is not registered, or it has no model for this task.</exception>
    public static PretrainedModel FromConfig(PretrainedConfig config, PretrainedOptions? options = null) =>
        AutoLoader.FromConfig(config, ModelTask.FeatureExtraction, options);
}
