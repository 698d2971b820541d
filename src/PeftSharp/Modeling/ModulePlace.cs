using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>The location of a module in a model.</summary>
/// <param name="Path">The dotted path from the root, such as <c>transformer.h.0.attn.c_attn</c>.</param>
/// <param name="Parent">The parent module.</param>
/// <param name="Name">The name in the parent: the last part of the path.</param>
/// <param name="Module">The module.</param>
internal sealed record ModulePlace(string Path, Module Parent, string Name, Module Module);
