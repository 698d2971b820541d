using PeftSharp.Modeling;

namespace PeftSharp.Models;

/// <summary>A model that writes on, token by token, of whichever family the folder holds (transformers' <c>AutoModelForCausalLM</c>).</summary>
public static class AutoModelForCausalLM
{
    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no such model, or its weights do not fit.</exception>
    public static PretrainedModel FromPretrained(string folder, PretrainedOptions? options = null) => AutoLoader.FromPretrained(folder, ModelTask.CausalLM, options);

    /// <summary>A new model with random weights, drawn from libtorch's generator (<c>torch.manual_seed</c>).</summary>
    /// <exception cref="ArgumentException">The configuration describes no model.</exception>
    public static PretrainedModel FromConfig(PretrainedConfig config, PretrainedOptions? options = null) => AutoLoader.FromConfig(config, ModelTask.CausalLM, options);
}
