using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>Where a module stands in a model.</summary>
/// <param name="Path">Its dotted name from the root, such as <c>transformer.h.0.attn.c_attn</c>.</param>
/// <param name="Parent">The module that holds it.</param>
/// <param name="Name">Its name there: the last part of the path.</param>
/// <param name="Module">The module.</param>
internal sealed record ModulePlace(string Path, Module Parent, string Name, Module Module);
