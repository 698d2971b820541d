using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>Cosines and sines for the rotation of queries and keys.</summary>
/// <param name="Cosine">Float [batch or 1, 1, tokens, rotated width].</param>
/// <param name="Sine">As <paramref name="Cosine"/>.</param>
internal sealed record RotaryTables(Tensor Cosine, Tensor Sine) : IDisposable
{
    /// <summary>Detaches the tables from the current dispose scope; the caller must dispose them.</summary>
    internal RotaryTables DetachFromDisposeScope()
    {
        Cosine.DetachFromDisposeScope();
        Sine.DetachFromDisposeScope();
        return this;
    }

    public void Dispose()
    {
        Cosine.Dispose();
        Sine.Dispose();
    }

    /// <summary>The tables of the first token only, in the current dispose scope.</summary>
    internal RotaryTables First() => new(Cosine.narrow(2, 0, 1), Sine.narrow(2, 0, 1));

    /// <summary>Rotates the first <c>rotated width</c> elements of each head; the rest is unchanged.</summary>
    /// <param name="x">Float [batch, heads, tokens, width].</param>
    internal Tensor Rotate(Tensor x)
    {
        if (FusedRotary.CanRun(x, Cosine)) return FusedRotary.Apply(x, Cosine, Sine);
        using var scope = NewDisposeScope();
        var (rotated, width) = (Cosine.shape[3], x.shape[3]);
        var part = rotated == width ? x : x.narrow(3, 0, rotated);
        var half = rotated / 2;
        var turned = cat([part.narrow(3, half, half).neg(), part.narrow(3, 0, half)], 3);
        var result = part * Cosine + turned * Sine;
        if (rotated != width) result = cat([result, x.narrow(3, rotated, width - rotated)], 3);
        return result.MoveToOuterDisposeScope();
    }
}
