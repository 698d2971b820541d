using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Access to the memory of a tensor in pieces, because a span is limited to 2 GiB.</summary>
internal static class TensorBytes
{
    private const int PieceBytes = 1 << 26;   // 64 MiB: below the limit of a span, and large enough that the cost of a call does not matter

    /// <summary>Calls <paramref name="use"/> for each piece, with the offset of the piece in bytes.</summary>
    /// <param name="tensor">A contiguous CPU tensor.</param>
    /// <param name="use">Reads or fills the piece.</param>
    internal static unsafe void ForEachPiece(Tensor tensor, PieceAction use)
    {
        var length = tensor.numel() * tensor.element_size();
        if (length == 0)
            return;
        using var scope = NewDisposeScope();
        var first = tensor.detach().view(-1).narrow(0, 0, 1);   // one element always fits into a span; the others follow it in memory
        var memory = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
        for (var offset = 0L; offset < length; offset += PieceBytes)
            use(new Span<byte>(memory + offset, (int)Math.Min(PieceBytes, length - offset)), offset);
        GC.KeepAlive(tensor);
    }

    internal delegate void PieceAction(Span<byte> piece, long offset);
}
