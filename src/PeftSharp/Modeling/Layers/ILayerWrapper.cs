namespace PeftSharp.Modeling.Layers;

/// <summary>A module that replaces another one and wraps it, such as an adapter.</summary>
internal interface ILayerWrapper
{
    /// <summary>
    /// The path, relative to this module, of the module whose tensors a checkpoint of the model contains, such as <c>base_layer</c>.
    /// </summary>
    string KeptPath { get; }
}
