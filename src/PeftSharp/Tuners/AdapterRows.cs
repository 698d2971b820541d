using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>Applies adapters to a batch with one adapter per row.</summary>
internal static class AdapterRows
{
    /// <summary>Applies <paramref name="change"/> to the rows of each adapter.</summary>
    /// <param name="x">
    /// The module's input. Its first axis is the batch, the batch with each row repeated (multiple choice), or 1 for all rows (position
    /// ids).
    /// </param>
    /// <param name="result">The module's output without an adapter.</param>
    /// <param name="choice">A choice of one adapter per row.</param>
    /// <param name="has">Whether the module has the given adapter.</param>
    /// <param name="change">Computes the output for the given rows of the input and of the result.</param>
    internal static Tensor Apply(
        Tensor x, Tensor result, AdapterChoice choice, Func<string, bool> has, Func<string, Tensor, Tensor, Tensor> change)
    {
        var names = choice.Rows!.Count;
        if (x.shape[0] == 1 && names > 1 && choice.Groups.Any(group => has(group.Adapter)))
            (x, result) = (x.expand([names, .. x.shape[1..]]), result.expand([names, .. result.shape[1..]]));
        foreach (var (adapter, rows) in choice.Repeat(RowsPerName(x.shape[0], names)).Groups)
        {
            if (!has(adapter)) continue;
            var index = tensor(rows, device: x.device);
            var changed = change(adapter, x.index_select(0, index), result.index_select(0, index));
            result = result.index_copy(0, index, changed.to(result.dtype));
        }
        return result;
    }

    private static int RowsPerName(long rows, int names) => rows == 1 ? 1 : rows % names == 0 ? (int)(rows / names)
        : throw new ArgumentException($"AdapterNames contains {Quantity.Of(names, "name")}, but the batch has {Quantity.Of(rows, "row")}. "
        + $"Provide one name per row; '{AdapterChoice.BaseModel}' selects the base model.");
}
