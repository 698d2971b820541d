using System.Collections;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Streaming;

/// <summary>Errors of the function that generates the rows of a stream.</summary>
public sealed class GeneratorErrorTests
{
    [Fact]
    public void An_error_of_the_function_is_a_dataset_error_wherever_it_occurs()
    {
        Fails(() => throw new InvalidOperationException("no access"), "*failed before the first row: no access");
        Fails(() => new Unreadable(), "*failed before the first row: no rows");
        Fails(() => Enumerable.Range(0, 3).Select(i => i < 2 ? Row(i) : throw new InvalidOperationException("no more")),
            "*failed on row 2: no more");
        FluentActions.Invoking(() => Read(() => null!)).Should().ThrowExactly<DatasetException>().WithMessage("*returned null*");
    }

    [Fact]
    public void A_cancelled_function_cancels_the_enumeration() =>
        FluentActions.Invoking(() => Read(() => throw new OperationCanceledException())).Should().Throw<OperationCanceledException>();

    private static void Fails(Func<IEnumerable<Dictionary<string, object?>>> generator, string message) =>
        FluentActions.Invoking(() => Read(generator)).Should().ThrowExactly<DatasetException>().WithMessage(message)
            .WithInnerException<InvalidOperationException>();

    private static void Read(Func<IEnumerable<Dictionary<string, object?>>> generator) =>
        _ = IterableDataset.FromGenerator(generator).ToArray();

    private static Dictionary<string, object?> Row(int i) => new() { ["i"] = i };

    private sealed class Unreadable : IEnumerable<Dictionary<string, object?>>
    {
        public IEnumerator<Dictionary<string, object?>> GetEnumerator() => throw new InvalidOperationException("no rows");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
