namespace PeftSharp.Tuners;

/// <summary>Which biases of the base model an adapter trains in place. They stay changed when the adapter is disabled.</summary>
public enum TrainedBiases
{
    /// <summary>None: the base model stays as it is.</summary>
    None,

    /// <summary>Every bias of the model.</summary>
    All,

    /// <summary>Those of the adapted layers.</summary>
    AdaptedLayers,
}
