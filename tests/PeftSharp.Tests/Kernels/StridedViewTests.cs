using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>A view finds the rows of every matrix of a tensor, whatever its strides.</summary>
public sealed unsafe class StridedViewTests
{
    [Fact]
    public void Rows_and_columns_of_permuted_heads_are_found()
    {
        using var scope = NewDisposeScope();
        // [batch, heads, rows, columns] = [2, 4, 5, 3]
        var heads = arange(2 * 3 * 4 * 5, ScalarType.Float32).reshape(2, 3, 4, 5).permute(0, 2, 3, 1);
        var (view, transposed) = (StridedView.Of(heads), StridedView.Of(heads).Transposed);
        for (var matrix = 0; matrix < 8; matrix++)
            for (var row = 0; row < 5; row++)
                for (var column = 0; column < 3; column++)
                {
                    var expected = heads[matrix / 4, matrix % 4, row, column].item<float>();
                    Assert.Equal(expected, view.Row<float>(matrix, row)[column * view.ColumnStride]);
                    Assert.Equal(expected, transposed.Row<float>(matrix, column)[row * transposed.ColumnStride]);
                }
    }

    [Fact]
    public void A_part_of_a_matrix_starts_at_its_own_first_element()
    {
        using var scope = NewDisposeScope();
        var part = arange(20, ScalarType.Float32).reshape(4, 5).narrow(0, 1, 2).narrow(1, 2, 3);
        var view = StridedView.Of(part);
        Assert.False(view.IsNone);
        Assert.True(default(StridedView).IsNone);
        Assert.Equal(12, view.Row<float>(0, 1)[0]);
    }
}
