using TorchSharp.Modules;

namespace PeftSharp.Optimization;

/// <summary>A parameter and its name in the model's state dict, by which its optimizer state is saved.</summary>
/// <param name="Name">The name, dots between modules.</param>
/// <param name="Value">The parameter; the model owns it.</param>
public sealed record NamedParameter(string Name, Parameter Value);
