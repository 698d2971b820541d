using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>A module that stands in a model in place of another one and calls it, as an adapter does.</summary>
internal interface IModuleWrapper
{
    /// <summary>The module that stood here before.</summary>
    Module Wrapped { get; }
}
