namespace PeftSharp.Kernels;

/// <summary>The body of a loop over elements: processes <see cref="Lanes.Count"/> consecutive elements.</summary>
/// <typeparam name="TArguments">Pointers to the operands and the constants of the loop.</typeparam>
internal interface IElementKernel<TArguments> where TArguments : unmanaged
{
    /// <summary>Processes <paramref name="count"/> elements from <paramref name="index"/>: <see cref="Lanes.Count"/> of them, or the
    /// elements that remain at the end. Implementations are inlined.</summary>
    static abstract void Run(in TArguments arguments, nint index, int count);
}
