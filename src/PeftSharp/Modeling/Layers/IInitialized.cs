namespace PeftSharp.Modeling.Layers;

/// <summary>A layer that knows how a parameter of its own starts when no checkpoint has it.</summary>
internal interface IInitialized
{
    /// <summary>Fills one parameter.</summary>
    /// <param name="parameter">Its name in the layer, such as <c>weight</c>.</param>
    /// <param name="standardDeviation">The configuration's <c>initializer_range</c>.</param>
    void Initialize(string parameter, double standardDeviation);
}
