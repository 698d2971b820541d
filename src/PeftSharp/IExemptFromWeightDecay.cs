namespace PeftSharp;

/// <summary>Marks a module whose parameters, and those of the modules inside it, get no weight decay: a normalization layer.</summary>
/// <remarks>
/// <para>
/// Every normalization layer of this library implements the interface. Implement it in your own normalization layer, or give the layer a
/// name that ends in <c>norm</c>.
/// </para>
/// <para>Thread safety: the interface has no members.</para>
/// </remarks>
public interface IExemptFromWeightDecay;
