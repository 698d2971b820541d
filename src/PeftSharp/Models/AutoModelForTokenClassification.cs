using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>A model that labels each token, of whichever family the folder holds (transformers' <c>AutoModelForTokenClassification</c>).</summary>
public static class AutoModelForTokenClassification
{
    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no such model, or its weights do not fit.</exception>
    public static PretrainedModel FromPretrained(string folder, PretrainedOptions? options = null) => AutoLoader.FromPretrained(folder, ModelTask.TokenClassification, options);

    /// <summary>The same with a head of <paramref name="numLabels"/> classes.</summary>
    /// <exception cref="CheckpointException">The folder holds no such model, or its head has another number of classes.</exception>
    public static PretrainedModel FromPretrained(string folder, int numLabels) => FromPretrained(folder, new PretrainedOptions { NumLabels = numLabels });

    /// <summary>A new model with random weights, drawn from libtorch's generator (<c>torch.manual_seed</c>).</summary>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    public static PretrainedModel FromConfig(PretrainedConfig config, PretrainedOptions? options = null) => AutoLoader.FromConfig(config, ModelTask.TokenClassification, options);
}
