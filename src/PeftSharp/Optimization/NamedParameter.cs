using TorchSharp.Modules;

namespace PeftSharp.Optimization;

/// <summary>A parameter and its name in the model's state dict. The name identifies the optimizer
/// state of the parameter in a checkpoint.</summary>
/// <param name="Name">The name, with dots between modules.</param>
/// <param name="Value">The parameter. It is owned by the model.</param>
public sealed record NamedParameter(string Name, Parameter Value);
