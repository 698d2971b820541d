namespace PeftSharp.Tuners;

/// <summary>The biases of the base model that an adapter trains in place. They remain changed while the adapter is disabled.</summary>
public enum TrainedBiases
{
    /// <summary>No biases.</summary>
    None,

    /// <summary>
    /// All biases of the model, except those of embeddings and heads with trained rows (<see cref="PeftConfig.TrainedTokens"/>) and those
    /// of fully trained modules (<see cref="PeftConfig.ModulesToSave"/>), whose copies are trained instead.
    /// </summary>
    All,

    /// <summary>The biases of the adapted layers.</summary>
    AdaptedLayers,
}
