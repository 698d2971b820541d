using System.Globalization;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>
/// Every reader of files, with mutated files: each is read or refused with a documented exception, without a crash, in limited time and
/// memory, and nothing is written outside of its folder.
/// </summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Readers => [.. FuzzReaders.All.Select(reader => reader.Name)];

    [Theory, MemberData(nameof(Readers))]
    public void Damaged_files_are_read_or_refused(string reader)
    {
        var count = Math.Max(20, FuzzReaders.Get(reader).ShortCount / 4);
        var run = FuzzRun.Of(FuzzReaders.Get(reader), first: 0, count);
        run.Faults.Should().BeEmpty();
        // A mutation that always gives a valid file, or never one, would test nothing.
        run.Refused.Should().BeInRange(count / 50, count - count / 50);
    }

    /// <summary>PEFTSHARP_FUZZ_COUNT is the number of inputs of each reader, PEFTSHARP_FUZZ_FIRST the number of the first one.</summary>
    [Theory, MemberData(nameof(Readers)), Trait("Category", "Slow")]
    public void Many_damaged_files_are_read_or_refused(string reader) =>
        FuzzRun.Of(FuzzReaders.Get(reader), Variable("FIRST") ?? 0, Variable("COUNT") ?? FuzzReaders.Get(reader).ShortCount)
            .Faults.Should().BeEmpty();

    private static long? Variable(string name) =>
        Environment.GetEnvironmentVariable($"PEFTSHARP_FUZZ_{name}") is { Length: > 0 } value
            ? long.Parse(value, CultureInfo.InvariantCulture) : null;
}
