namespace PeftSharp;

/// <summary>
/// Marks a module whose parameters have no weight decay, including the parameters of its submodules. An example is a normalization layer.
/// </summary>
/// <remarks>
/// <para>
/// Every normalization layer of this library implements the interface. Implement it in your own normalization layer, or give the layer the
/// name <c>norm</c> or a name that ends with <c>_norm</c> (<see cref="Optimization.ParameterGroups"/>).
/// </para>
/// <para>Thread safety: the interface has no members.</para>
/// </remarks>
public interface IExemptFromWeightDecay;
