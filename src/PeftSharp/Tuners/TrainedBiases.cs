namespace PeftSharp.Tuners;

/// <summary>The biases of the base model that an adapter trains in place. They remain changed while the adapter is disabled.</summary>
public enum TrainedBiases
{
    /// <summary>No biases.</summary>
    None,

    /// <summary>All biases of the model.</summary>
    All,

    /// <summary>The biases of the adapted layers.</summary>
    AdaptedLayers,
}
