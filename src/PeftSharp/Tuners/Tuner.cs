using PeftSharp.Modeling;
using PeftSharp.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>A method of adaptation: which layer wraps which target, and how an adapter starts there. A new one is a folder with one of these and a line in <see cref="TunerTypes"/>.</summary>
internal abstract class Tuner
{
    /// <summary>peft's name of the method, such as <c>LORA</c>.</summary>
    internal abstract string PeftType { get; }

    /// <summary>The configuration in a file.</summary>
    /// <exception cref="CheckpointException">A field has a value that it cannot have, or asks for something that is not served.</exception>
    internal abstract PeftConfig ReadConfig(ConfigJson json);

    /// <summary>Whether a module may be a target.</summary>
    internal abstract bool CanWrap(Module module);

    /// <summary>What may be a target, for errors.</summary>
    internal abstract string Targets { get; }

    /// <summary>Roles of the modules that are adapted where the configuration names no targets; the model's family says which modules these are.</summary>
    internal abstract IReadOnlyList<ModuleRole> DefaultRoles { get; }

    /// <summary>The layer around a target, still without adapters.</summary>
    internal abstract TunerLayer Wrap(Module<Tensor, Tensor> target, AdapterState state);

    /// <summary>Gives a wrapped layer a new adapter with its initial numbers.</summary>
    /// <param name="layer">What <see cref="Wrap"/> made.</param>
    /// <param name="path">The layer's path in the model.</param>
    /// <param name="adapter">The adapter's name.</param>
    /// <param name="config">The adapter's configuration.</param>
    internal abstract void Add(TunerLayer layer, string path, string adapter, LayerConfig config);

    /// <summary>The configuration of an adapter that is made of others, and the combination with the rank that follows.</summary>
    /// <exception cref="NotSupportedException">The method's adapters cannot be combined.</exception>
    internal virtual (LayerConfig Config, WeightedCombination How) CombinedConfig(IReadOnlyList<LayerConfig> configs, WeightedCombination how) =>
        throw new NotSupportedException($"Adapters of {PeftType} cannot be combined.");

    /// <summary>Fills a layer's new adapter with the combination of others.</summary>
    internal virtual void Combine(TunerLayer layer, string adapter, WeightedCombination how) =>
        throw new NotSupportedException($"Adapters of {PeftType} cannot be combined.");
}
