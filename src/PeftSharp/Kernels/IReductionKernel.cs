using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>The body of a reduction: accumulates <see cref="Lanes.Count"/> consecutive elements.</summary>
/// <typeparam name="TArguments">Pointers to the operands and the constants of the loop.</typeparam>
internal interface IReductionKernel<TArguments> where TArguments : unmanaged
{
    /// <summary>Returns the accumulator after <paramref name="count"/> elements from <paramref name="index"/>: <see cref="Lanes.Count"/> of
    /// them, or the elements that remain at the end. Implementations are inlined.</summary>
    static abstract Vector256<float> Run(in TArguments arguments, nint index, int count, Vector256<float> accumulator);
}
