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
    public async Task Damaged_files_are_read_or_refused(string reader)
    {
        var count = DefaultCount(FuzzReaders.Get(reader));
        var run = await _runs.Value[reader];
        run.Faults.Should().BeEmpty();
        // A mutation that always gives a valid file, or never one, would test nothing.
        run.Refused.Should().BeInRange(count / 50, count - count / 50);
    }

    private static long DefaultCount(FuzzReader reader) => Math.Max(20, reader.ShortCount / 4);

    /// <summary>The runs of all readers, two at a time: each is a process that uses one core.</summary>
    private static readonly Lazy<Dictionary<string, Task<FuzzRun>>> _runs = new(() =>
    {
        var slots = new SemaphoreSlim(2);
        return FuzzReaders.All.ToDictionary(reader => reader.Name, async reader =>
        {
            await slots.WaitAsync();
            try { return await Task.Run(() => FuzzRun.Of(reader, first: 0, DefaultCount(reader))); }
            finally { slots.Release(); }
        });
    });

    /// <summary>PEFTSHARP_FUZZ_COUNT is the number of inputs of each reader, PEFTSHARP_FUZZ_FIRST the number of the first one.</summary>
    [Theory, MemberData(nameof(Readers)), Trait("Category", "Slow")]
    public void Many_damaged_files_are_read_or_refused(string reader) =>
        FuzzRun.Of(FuzzReaders.Get(reader), Variable("FIRST") ?? 0, Variable("COUNT") ?? FuzzReaders.Get(reader).ShortCount)
            .Faults.Should().BeEmpty();

    private static long? Variable(string name) =>
        Environment.GetEnvironmentVariable($"PEFTSHARP_FUZZ_{name}") is { Length: > 0 } value
            ? long.Parse(value, CultureInfo.InvariantCulture) : null;
}
