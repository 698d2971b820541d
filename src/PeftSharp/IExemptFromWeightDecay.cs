namespace PeftSharp;

/// <summary>Marks a module, such as a normalization layer, to whose parameters and submodules weight decay is not applied.</summary>
/// <remarks>
/// <para>
/// Every normalization layer of this library implements the interface. Implement it in your own normalization layer, or give the layer a
/// name that ends in <c>norm</c>.
/// </para>
/// <para>Thread safety: the interface has no members.</para>
/// </remarks>
public interface IExemptFromWeightDecay;
