using PeftSharp.Kernels;

namespace PeftSharp.Modeling.Layers;

/// <summary>A decoder layer that <see cref="FusedDecoding"/> can compute.</summary>
internal interface IStepLayer
{
    /// <summary>Describes the layer: its norms, projections, activation and heads.</summary>
    /// <param name="parts">Describes the modules of the layer.</param>
    /// <param name="step">The description, without the cache, the mask and the rotary tables.</param>
    /// <param name="heads">The attention of the layer.</param>
    /// <returns>False if the layer must be called instead, for example because an adapter wraps one of its modules.</returns>
    bool TryDescribe(StepParts parts, out StepLayer step, out MultiHeadAttention heads);
}
