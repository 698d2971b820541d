using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Clip;

/// <summary>Functions for CLIP's models with projections.</summary>
internal static class ClipProjection
{
    /// <summary>Creates a projection to the width of the embeddings, or to classes.</summary>
    internal static Linear Create(int width, int outputs, double factor, bool hasBias = false) =>
        new(width, outputs, hasBias) { InitialDeviation = factor * Math.Pow(width, -0.5) };

    /// <summary>The tensors of a batch that a model reads.</summary>
    internal static ModelInputs Select(ModelInputs inputs, PretrainedModel model) =>
        new(inputs.Tensors.Where(pair => model.InputNames.Contains(pair.Key)));
}
