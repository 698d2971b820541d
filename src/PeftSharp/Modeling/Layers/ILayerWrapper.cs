namespace PeftSharp.Modeling.Layers;

/// <summary>A module in place of another one, which it holds and adds to, such as an adapter.</summary>
internal interface ILayerWrapper
{
    /// <summary>Path, inside of this module, of the module that a checkpoint of the model holds, such as <c>base_layer</c>.</summary>
    string KeptPath { get; }
}
