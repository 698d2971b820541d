using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>The memory of a tensor as bytes in pieces: TorchSharp's own spans end at two gigabytes.</summary>
internal static class TensorBytes
{
    private const int PieceBytes = 1 << 26;   // 64 MiB: far below the span's limit, far above the cost of a call

    /// <summary>Calls <paramref name="use"/> for each piece, with the offset of its first byte in the tensor.</summary>
    /// <param name="tensor">On the CPU and contiguous.</param>
    /// <param name="use">Reads or fills the piece.</param>
    internal static unsafe void ForEachPiece(Tensor tensor, PieceAction use)
    {
        var length = tensor.numel() * tensor.element_size();
        if (length == 0)
            return;
        using var scope = NewDisposeScope();
        var first = tensor.detach().view(-1).narrow(0, 0, 1);   // a piece that always fits into a span; the rest follows it in memory
        var memory = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
        for (var offset = 0L; offset < length; offset += PieceBytes)
            use(new Span<byte>(memory + offset, (int)Math.Min(PieceBytes, length - offset)), offset);
        GC.KeepAlive(tensor);
    }

    internal delegate void PieceAction(Span<byte> piece, long offset);
}
