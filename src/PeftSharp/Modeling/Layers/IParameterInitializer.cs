namespace PeftSharp.Modeling.Layers;

/// <summary>A layer that can initialize its own parameters, for those that a checkpoint lacks.</summary>
/// <remarks>Thread safety: the implementing class says which members can be called from several threads at once.</remarks>
public interface IParameterInitializer
{
    /// <summary>Fills one parameter.</summary>
    /// <param name="parameter">Its name in the layer, such as <c>weight</c>.</param>
    /// <param name="standardDeviation">The configuration's <c>initializer_range</c>.</param>
    void Initialize(string parameter, double standardDeviation);
}
