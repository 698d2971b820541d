using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

public sealed class GroupTextsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(500)]
    public void Blocks_are_the_joined_texts_cut_and_the_rest_is_dropped(int blockSize)
    {
        var random = new Random(blockSize);
        var texts = Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, random.Next(0, 30)).Select(_ => random.Next(1000)).ToArray()).ToArray();      // empty ones among them
        var expected = texts.SelectMany(text => text).Chunk(blockSize).Where(block => block.Length == blockSize).ToArray();
        var blocks = Datasets.GroupTexts(Dataset.FromDict(("input_ids", texts), ("attention_mask", texts)), blockSize);
        Assert.Equal(["input_ids"], blocks.ColumnNames);
        Assert.Equal(expected, Enumerable.Range(0, blocks.Count).Select(row => blocks["input_ids"].Int32s(row).ToArray()));
    }

    [Fact]
    public void Too_little_text_a_block_of_nothing_and_rows_without_ids_are_errors()
    {
        var rows = Dataset.FromDict(("input_ids", new[] { new[] { 1, 2, 3 }, new[] { 4 } }));
        var error = Assert.Throws<DatasetException>(() => Datasets.GroupTexts(rows, 5));
        Assert.Contains("4 tokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("block of 5", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Datasets.GroupTexts(rows, 0));
        Assert.Contains("input_ids", Assert.ThrowsAny<Exception>(() => Datasets.GroupTexts(Dataset.FromDict(("text", new[] { "a" })), 2)).Message, StringComparison.Ordinal);
    }
}
