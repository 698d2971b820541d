using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training.Collators;

/// <summary>Rows become tensors with the types, shapes and padding that are calculated by hand.</summary>
public sealed class CollatorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void The_default_collator_stacks_rows_and_calls_labels_by_their_name()
    {
        var batch = new DefaultDataCollator().Collate(Rows(
            new()
            {
                ["input_ids"] = new long[] { 1, 2 }, ["label"] = 3L, ["weight"] = 0.5, ["flags"] = new[] { 0.5, 1.5 }, ["known"] = true,
            },
            new()
            {
                ["input_ids"] = new long[] { 4, 5 }, ["label"] = -100L, ["weight"] = 2.0, ["flags"] = new[] { 2.5, 3.5 }, ["known"] = false,
            }));
        AssertIs(batch, "input_ids", [1, 2, 4, 5], ScalarType.Int64, 2, 2);
        AssertIs(batch, "labels", [3, -100], ScalarType.Int64, 2);
        AssertIs(batch, "weight", [0.5, 2], ScalarType.Float32, 2);
        AssertIs(batch, "flags", [0.5, 1.5, 2.5, 3.5], ScalarType.Float32, 2, 2);
        AssertIs(batch, "known", [1, 0], ScalarType.Int64, 2);
        batch.Tensors.Should().NotContainKey("label");
    }

    [Fact]
    public void Booleans_and_decimals_become_numbers_and_class_names_point_to_ClassEncodeColumn()
    {
        var batch = new DefaultDataCollator().Collate(Rows(
            new() { ["labels"] = new[] { true, false }, ["price"] = 0.5m, ["prices"] = new[] { 1.25m } },
            new() { ["labels"] = new[] { false, false }, ["price"] = 2m, ["prices"] = new[] { 2.5m } }));
        AssertIs(batch, "labels", [1, 0, 0, 0], ScalarType.Int64, 2, 2);
        AssertIs(batch, "price", [0.5, 2], ScalarType.Float32, 2);
        AssertIs(batch, "prices", [1.25, 2.5], ScalarType.Float32, 2, 1);
        FluentActions.Invoking(() => new DefaultDataCollator().Collate(Rows(new Dictionary<string, object?> { ["label"] = "neg" })))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll(
                "ClassEncodeColumn(\"label\")", "if the column is not the label, remove it: RemoveColumns(\"label\")");
    }

    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true, null, null)]
    [InlineData(false, 4, null)]
    [InlineData(true, 4, 9)]
    [InlineData(false, null, 3)]
    public void The_padding_collator_pads_each_column_as_padding_by_hand_does(bool left, int? multiple, int? maxLength)
    {
        long[][] ids = [[7, 8, 9, 10, 11], [7], [], [7, 8, 9]];
        var rows = Rows([.. ids.Select((row, index) => new Dictionary<string, object?>
        {
            ["input_ids"] = row, ["attention_mask"] = row.Select(_ => 1L).ToArray(), ["token_type_ids"] = row.Select(_ => 1L).ToArray(),
            ["special_tokens_mask"] = row.Select(_ => 0L).ToArray(),
            ["labels"] = row.Select(id => id + 100).ToArray(), ["score"] = row.Select(id => id / 2.0).ToArray(), ["id"] = (long)index,
        })]);
        var batch = new DataCollatorWithPadding(5, left ? PaddingSide.Left : PaddingSide.Right, maxLength, multiple).Collate(rows);
        var width = Math.Max(5, maxLength ?? 0);
        while (width % (multiple ?? 1) != 0) width++;
        double[] Fill(double filler, Func<long, double> value) => [.. ids.SelectMany(row => left
            ? Enumerable.Repeat(filler, width - row.Length).Concat(row.Select(value))
            : row.Select(value).Concat(Enumerable.Repeat(filler, width - row.Length)))];
        AssertIs(batch, "input_ids", Fill(5, id => id), ScalarType.Int64, 4, width);
        AssertIs(batch, "attention_mask", Fill(0, _ => 1), ScalarType.Int64, 4, width);
        AssertIs(batch, "token_type_ids", Fill(0, _ => 1), ScalarType.Int64, 4, width);
        AssertIs(batch, "special_tokens_mask", Fill(1, _ => 0), ScalarType.Int64, 4, width);
        AssertIs(batch, "labels", Fill(-100, id => id + 100), ScalarType.Int64, 4, width);
        AssertIs(batch, "score", Fill(0, id => id / 2.0), ScalarType.Float32, 4, width);
        AssertIs(batch, "id", [0, 1, 2, 3], ScalarType.Int64, 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_without_a_mask_get_one_so_that_padding_is_not_read(bool left)
    {
        var batch = new DataCollatorWithPadding(padTokenId: 0, left ? PaddingSide.Left : PaddingSide.Right).Collate(
            Rows(new() { ["input_ids"] = new long[] { 7, 0, 9 } }, new() { ["input_ids"] = new long[] { 7 } }));
        // A token 0 within the text is no padding.
        AssertIs(batch, "attention_mask", left ? [1, 1, 1, 0, 0, 1] : [1, 1, 1, 1, 0, 0], ScalarType.Int64, 2, 3);
        using var model = TinyRun.Model();
        model.eval();
        using var free = no_grad();
        if (left) return;                                                                             // BERT counts positions from the left
        var alone = model.call(new ModelInputs { InputIds = tensor(new long[] { 7 }).reshape(1, 1) }).Logits!;
        Close.Equal(alone[0], model.call(batch).Logits![1], ulps: 16);
    }

    [Fact]
    public void Choices_are_padded()
    {
        var batch = new DataCollatorWithPadding(padTokenId: 5).Collate(Rows(
            new() { ["input_ids"] = new[] { new long[] { 1 }, [1, 2] }, ["label"] = 0L },
            new() { ["input_ids"] = new[] { new long[] { 1, 2, 3 }, [4] }, ["label"] = 1L }));
        AssertIs(batch, "input_ids", [1, 5, 5, 1, 2, 5, 1, 2, 3, 4, 5, 5], ScalarType.Int64, 2, 2, 3);
        var uneven = Rows(new() { ["input_ids"] = new[] { new long[] { 1 } } }, new() { ["input_ids"] = new[] { new long[] { 1 }, [4] } });
        FluentActions.Invoking(() => new DataCollatorWithPadding(padTokenId: 0).Collate(uneven))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("the same number of choices");
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Images_become_tensors_of_their_shape_and_are_never_padded(bool padded)
    {
        float[][][] first = [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12.5f]]],
            wide = [[[1, 2, 3], [3, 4, 5], [5, 6, 7]], [[7, 8, 9], [9, 10, 11], [11, 12, 13]]];
        float[][][] second = [[[0, 0], [0, 0], [0, 0.5f]], [[0, 0], [0, 0], [0, 0]]], low = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
            ragged = [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10]]];
        ModelInputs Collate(object one, object other) => padded
            ? new DataCollatorWithPadding(padTokenId: 0).Collate(Rows(new() { ["pixel_values"] = one }, new() { ["pixel_values"] = other }))
            : new DefaultDataCollator().Collate(Rows(new() { ["pixel_values"] = one }, new() { ["pixel_values"] = other }));
        AssertIs(Collate(first, second), "pixel_values", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0],
            ScalarType.Float32, 2, 2, 3, 2);
        foreach (var other in new object[] { wide, low, ragged })
            FluentActions.Invoking(() => Collate(first, other))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("'pixel_values'");
    }

    [Fact]
    public void Uneven_rows_are_an_error_without_padding_that_names_column_lengths_and_collator()
    {
        var rows = Rows(new() { ["input_ids"] = new long[] { 1, 2 } }, new() { ["input_ids"] = new long[] { 1 } });
        FluentActions.Invoking(() => new DefaultDataCollator().Collate(rows))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("'input_ids'", "1 element in row 1", "2 in another", "DataCollatorWithPadding");
    }

    [Fact]
    public void Collators_refuse_arguments_out_of_range_and_no_rows()
    {
        FluentActions.Invoking(() => new DataCollatorWithPadding(padTokenId: -1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DataCollatorWithPadding(0, padToMultipleOf: 0)).Should()
            .ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DataCollatorWithPadding(0, maxLength: 0)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DefaultDataCollator().Collate([])).Should().ThrowExactly<DatasetException>();
    }

    private static Row[] Rows(params Dictionary<string, object?>[] rows) => [.. Dataset.FromList(rows)];

    private static void AssertIs(ModelInputs batch, string name, double[] values, ScalarType dtype, params long[] shape)
    {
        var found = batch[name]!;
        Assert.Equal(dtype, found.dtype);
        found.shape.Should().Equal(shape);
        found.to(ScalarType.Float64).reshape(-1).data<double>().ToArray().Should().Equal(values);
    }
}
