namespace PeftSharp.Modeling.Layers;

/// <summary>A layer that can initialize its own parameters, for parameters that a checkpoint does not contain.</summary>
/// <remarks>Thread safety: the implementing class documents which members can be called from several threads at once.</remarks>
public interface IParameterInitializer
{
    /// <summary>Initializes one parameter.</summary>
    /// <param name="parameter">The name of the parameter in the layer, such as <c>weight</c>.</param>
    /// <param name="standardDeviation">The configuration's <c>initializer_range</c>.</param>
    void Initialize(string parameter, double standardDeviation);
}
