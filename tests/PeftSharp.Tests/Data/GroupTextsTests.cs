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
    public void The_joined_texts_are_cut_into_blocks_and_the_rest_is_dropped(int blockSize)
    {
        var random = new Random(blockSize);
        var texts = Enumerable.Range(0, 40)                             // some of them are empty
            .Select(_ => Enumerable.Range(0, random.Next(0, 30)).Select(_ => random.Next(1000)).ToArray()).ToArray();
        var expected = texts.SelectMany(text => text).Chunk(blockSize).Where(block => block.Length == blockSize).ToArray();
        var blocks = Datasets.GroupTexts(Dataset.FromDict(("input_ids", texts), ("attention_mask", texts)), blockSize);
        blocks.ColumnNames.Should().Equal("input_ids");
        Enumerable.Range(0, blocks.Count).Select(row => blocks["input_ids"].GetInt32s(row).ToArray())
            .Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
    }

    [Fact]
    public void Too_little_text_a_block_size_of_zero_and_rows_without_ids_are_errors()
    {
        var rows = Dataset.FromDict(("input_ids", new[] { new[] { 1, 2, 3 }, new[] { 4 } }));
        FluentActions.Invoking(() => Datasets.GroupTexts(rows, 5))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll("4 tokens", "block of 5");
        FluentActions.Invoking(() => Datasets.GroupTexts(rows, 0)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Datasets.GroupTexts(Dataset.FromDict(("text", new[] { "a" })), 2))
            .Should().Throw<Exception>().Which.Message.Should().Contain("input_ids");
    }
}
