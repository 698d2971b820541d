using PeftSharp.Data;
using PeftSharp.Internal;

namespace PeftSharp.Tests.Internal;

/// <summary>A message that lists names says so if there are none.</summary>
public sealed class NameListTests
{
    [Fact]
    public void A_list_without_names_is_none()
    {
        NameList.Of([]).Should().Be("none");
        NameList.Of(["a", "b"]).Should().Be("a, b");
    }

    [Fact]
    public void A_message_about_a_missing_column_has_no_empty_list()
    {
        var empty = Dataset.FromDict(("i", new[] { 1 })).RemoveColumns("i");
        foreach (var call in new Action[]
        {
            () => _ = empty["x"],
            () => _ = empty.ToIterableDataset().CastColumn("x", new Value("int64")).ToList(),
        })
            FluentActions.Invoking(call).Should().Throw<DatasetException>().Which.Message.Should().NotMatchRegex(@"[:,\[] *[.\]]");
    }
}
