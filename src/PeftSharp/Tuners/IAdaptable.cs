using TorchSharp.Modules;

namespace PeftSharp.Tuners;

/// <summary>The tensors of a layer that adapters merge into.</summary>
internal interface IAdaptable
{
    /// <summary>The layer's weight.</summary>
    Parameter Weight { get; }

    /// <summary>The layer's bias; null where it has none.</summary>
    Parameter? Bias { get; }
}
