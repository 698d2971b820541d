using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>A masked language model, which predicts hidden tokens, of whichever family the folder holds (transformers' <c>AutoModelForMaskedLM</c>).</summary>
public static class AutoModelForMaskedLM
{
    /// <summary>Loads the model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <param name="folder">The folder that holds <c>config.json</c> and the weights.</param>
    /// <param name="options">Changes to the configuration, and the type of the weights. Null: the defaults.</param>
    /// <param name="cancellationToken">Checked before each tensor.</param>
    /// <exception cref="CheckpointException">The folder holds no such model, or its weights do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PretrainedModel FromPretrained(string folder, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        AutoLoader.FromPretrained(folder, ModelTask.MaskedLM, options, cancellationToken);

    /// <summary>As <see cref="FromPretrained(string, PretrainedOptions?, CancellationToken)"/>, on a thread of the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, PretrainedOptions?, CancellationToken)" path="//param|//exception"/>
    public static Task<PretrainedModel> FromPretrainedAsync(string folder, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(folder, options, cancellationToken), cancellationToken);

    /// <summary>A new model with random weights, drawn from libtorch's generator (<c>torch.manual_seed</c>).</summary>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    public static PretrainedModel FromConfig(PretrainedConfig config, PretrainedOptions? options = null) => AutoLoader.FromConfig(config, ModelTask.MaskedLM, options);
}
