using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tests.Prediction;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Models;

public sealed class TokenizationExtensionsTests
{
    private static Dataset Data => Dataset.FromDict(("text", new[] { "Anna", "the film was good" }), ("other", new[] { "Smith", "bad" }),
        ("label", new[] { 1, 0 }), ("id", new[] { 7, 8 }));

    [Fact]
    public void A_data_set_is_tokenized_as_by_hand()
    {
        var tokenizer = Recorded.Tokenizer();
        var byHand = Data.Map(
            batch => tokenizer.Encode(batch.GetStrings("text"), truncation: true, maxLength: 4).ToColumns(), batched: true)
            .RenameColumn("label", "labels").RemoveColumns("text");
        var tokenized = Data.Tokenize(tokenizer, maxLength: 4);
        tokenized.ColumnNames.Should().Equal(byHand.ColumnNames);
        foreach (var column in byHand.ColumnNames) Assert.Equal(byHand[column], tokenized[column]);
        Assert.Equal(4, tokenized[1].GetLength("input_ids"));
    }

    [Fact]
    public void Pairs_padding_and_another_label_column_are_supported()
    {
        var tokenizer = Recorded.Tokenizer();
        var splits = new DatasetDict { ["train"] = Data }.Tokenize(
            tokenizer, "text", "other", labelColumn: "id", padding: PaddingStrategy.MaxLength);
        var expected = tokenizer.Encode(["Anna", "the film was good"], ["Smith", "bad"], padding: PaddingStrategy.MaxLength);
        splits["train"][0].GetInt64s("input_ids").ToArray().Should().Equal(expected.InputIds[0].Select(id => (long)id));
        splits["train"][0].GetInt64s("token_type_ids").ToArray().Should().Equal(expected.TokenTypeIds[0].Select(id => (long)id));
        Assert.Equal(7, splits["train"][0].GetInt64("labels"));
        splits["train"].ColumnNames.Should().NotContain("other");
    }

    [Fact]
    public void Columns_that_are_absent_and_labels_that_are_texts_are_refused()
    {
        FluentActions.Invoking(() => Data.Tokenize(Recorded.Tokenizer(), "review"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Columns: text, other, label, id");
        FluentActions.Invoking(() => Data.Tokenize(Recorded.Tokenizer(), labelColumn: "other"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("ClassEncodeColumn");
    }

    [Fact]
    public void Encodings_become_tensors_and_data_sets()
    {
        var tokenizer = Recorded.Tokenizer();
        var batch = tokenizer.Encode(["Anna", "the film was good"], padding: true);
        using var inputs = batch.ToModelInputs();
        batch.Keys.Should().Equal("input_ids", "token_type_ids", "attention_mask");
        inputs.Tensors.Keys.Should().BeEquivalentTo(batch.Keys);
        inputs.InputIds!.data<long>().ToArray().Should().Equal(batch.InputIds.SelectMany(row => row).Select(id => (long)id));
        inputs.AttentionMask!.shape.Should().Equal(2, 6);
        using var one = tokenizer.Encode("Anna").ToModelInputs();
        one.InputIds!.shape.Should().Equal(1, 3);
        FluentActions.Invoking(() => tokenizer.Encode(["Anna", "the film"]).ToModelInputs())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("padding: true");
        batch.ToDataset()[0].GetInt64s("attention_mask").ToArray().Should().Equal(batch.AttentionMask[0].Select(value => (long)value));
    }
}
