using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Converts generated token ids to text.</summary>
public static class DecodingExtensions
{
    /// <summary>Decodes one row of ids.</summary>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="ids">Int64 [tokens] or [1, tokens].</param>
    /// <param name="skipSpecialTokens">Whether special tokens are omitted. Default false.</param>
    /// <exception cref="ArgumentException"><paramref name="ids"/> does not have exactly one row.</exception>
    public static string Decode(this Tokenizer tokenizer, Tensor ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var rows = Rows(ids);
        if (rows.Count != 1)
            throw new ArgumentException(rows.Count == 0
                ? $"There are no rows of ids: the shape is {Shape(ids)}. Pass one row."
                : $"There are {rows.Count} rows of ids. Use BatchDecode for several rows.", nameof(ids));
        return tokenizer.BatchDecode(rows, skipSpecialTokens)[0];
    }

    /// <summary>Decodes each row of ids.</summary>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="ids">Int64 [rows, tokens].</param>
    /// <param name="skipSpecialTokens">Whether special tokens are omitted. Default false.</param>
    /// <exception cref="ArgumentException"><paramref name="ids"/> is a scalar.</exception>
    public static IReadOnlyList<string> BatchDecode(this Tokenizer tokenizer, Tensor ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(ids);
        return tokenizer.BatchDecode(Rows(ids), skipSpecialTokens);
    }

    private static IReadOnlyList<int[]> Rows(Tensor ids)
    {
        if (ids.dim() == 0)
            throw new ArgumentException(
                $"The ids are a scalar: their shape is {Shape(ids)}, but it must be [tokens] or [rows, tokens].", nameof(ids));
        using var scope = NewDisposeScope();
        var width = (int)ids.shape[^1];
        var flat = ids.numel() == 0 ? [] : ids.to(ScalarType.Int32).cpu().contiguous().data<int>().ToArray();
        var rows = ids.shape[..^1].Aggregate(1, (product, size) => product * (int)size);
        return [.. Enumerable.Range(0, rows).Select(row => flat[(row * width)..((row + 1) * width)])];
    }

    private static string Shape(Tensor ids) => $"[{string.Join(", ", ids.shape)}]";
}
