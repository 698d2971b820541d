using Module = TorchSharp.torch.nn.Module;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A module that initializes parameters of its children differently, such as by their depth in the model. It is called after the children
/// have initialized themselves, so the random stream advances as in transformers.
/// </summary>
internal interface IChildInitializer
{
    /// <summary>Initializes a parameter of a child again, or leaves it unchanged.</summary>
    /// <param name="child">The child.</param>
    /// <param name="name">The name of the parameter in this module, such as <c>dense.weight</c>.</param>
    void InitializeChild(Module child, string name);
}
