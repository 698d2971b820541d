using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>A model without a head, of whichever family the folder holds (transformers' <c>AutoModel</c>).</summary>
public static class AutoModel
{
    /// <summary>The model in a folder of transformers; a head in it is left out.</summary>
    /// <exception cref="CheckpointException">The folder holds no such model, or its weights do not fit.</exception>
    public static PretrainedModel FromPretrained(string folder, PretrainedOptions? options = null) => AutoLoader.FromPretrained(folder, ModelTask.FeatureExtraction, options);

    /// <summary>A new model with random weights, drawn from libtorch's generator (<c>torch.manual_seed</c>).</summary>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    public static PretrainedModel FromConfig(PretrainedConfig config, PretrainedOptions? options = null) => AutoLoader.FromConfig(config, ModelTask.FeatureExtraction, options);
}
