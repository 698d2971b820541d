using PeftSharp.Data;
using PeftSharp.Internal;

namespace PeftSharp.Tests.Internal;

/// <summary>The message of an inner exception does not show the name of a parameter that the caller does not know.</summary>
public sealed class ErrorTextTests
{
    [Fact]
    public void The_name_of_the_parameter_is_left_out()
    {
        ErrorText.Of(new ArgumentException("The value is wrong.", "value")).Should().Be("The value is wrong.");
        ErrorText.Of(new InvalidOperationException("No (Parameter 'x')")).Should().Be("No (Parameter 'x')");
    }

    [Fact]
    public void A_class_that_does_not_exist_is_reported_without_a_parameter_in_a_dataset_and_in_a_stream()
    {
        var rows = Dataset.FromDict(("label", new[] { "bad" }));
        foreach (var call in new Action[]
        {
            () => rows.CastColumn("label", new ClassLabel("good")),
            () => _ = rows.ToIterableDataset().CastColumn("label", new ClassLabel("good")).ToList(),
        })
            FluentActions.Invoking(call).Should().Throw<DatasetException>()
                .Which.Message.Should().Contain("no class named 'bad'").And.NotContain("Parameter");
    }
}
