namespace PeftSharp.Modeling.Layers;

/// <summary>A module that replaces another one and wraps it, such as an adapter.</summary>
internal interface ILayerWrapper
{
    /// <summary>
    /// The path, relative to this module, of the wrapped module (such as <c>base_layer</c>). A checkpoint of the model contains the
    /// tensors of that module only.
    /// </summary>
    string KeptPath { get; }
}
