namespace PeftSharp.Tests.Processes;

/// <summary>The library changes nothing in the process of a program without being asked to.</summary>
public sealed class ProcessTests
{
    public ProcessTests() => Skip.IfNot(OperatingSystem.IsLinux(), "The tests read /proc.");

    [SkippableFact]
    public void A_program_that_reads_data_tokenizes_and_computes_metrics_does_not_load_libtorch() =>
        Assert.Equal("20 rows, accuracy 0.75; ", ChildProcess.Run(nameof(Programs.DataMetricsTokenizer)));

    [SkippableFact]
    public void TorchSharp_works_when_PeftSharp_was_used_or_loaded_before()
    {
        Assert.Equal("2 values", ChildProcess.Run(nameof(Programs.TorchFirst)));
        Assert.Equal("2 values", ChildProcess.Run(nameof(Programs.TouchThenTorch)));
    }

    [SkippableFact]
    public void Training_changes_nothing_of_the_process_and_writes_no_file_but_the_patched_library()
    {
        using var cache = new TemporaryFolder();
        Assert.Equal("Float32 True", ChildProcess.Run(nameof(Programs.ProcessState), ("XDG_CACHE_HOME", cache.Path)));
        Directory.GetFiles(cache.Path, "*", SearchOption.AllDirectories)
            .Should().AllSatisfy(file => Path.GetFileName(file).Should().Be("libLibTorchSharp.so"));
    }

    [SkippableFact]
    public void The_allocator_leaves_no_trace_before_it_is_turned_on_and_only_its_page_after_it_is_turned_off() =>
        Assert.Equal("before: False True 0\ntrained: False True 0\non: True False 1\noff: False True 1\n",
            ChildProcess.Run(nameof(Programs.AllocatorOnAndOff)));

    [SkippableFact]
    public void The_programs_OpenMP_variables_are_used_and_none_is_added_to_its_environment()
    {
        Assert.StartsWith("- - ", ChildProcess.Run(nameof(Programs.OpenMP), ("GOMP_SPINCOUNT", null), ("OMP_NUM_THREADS", null)),
            StringComparison.Ordinal);
        Assert.Equal("77 1 1 1", ChildProcess.Run(nameof(Programs.OpenMP), ("GOMP_SPINCOUNT", "77"), ("OMP_NUM_THREADS", "1")));
        Assert.Equal("- - 1 1",
            ChildProcess.Run(nameof(Programs.OpenMP), ("GOMP_SPINCOUNT", null), ("OMP_NUM_THREADS", null), ("SET_IN_PROGRAM", "1")));
    }

    [SkippableTheory]
    [InlineData(null, null, "GOMP_SPINCOUNT = '10000'"), InlineData("GOMP_SPINCOUNT", "77", "GOMP_SPINCOUNT = '77'")]
    [InlineData("OMP_WAIT_POLICY", "ACTIVE", "OMP_WAIT_POLICY = 'ACTIVE'")]
    public void The_OpenMP_runtime_reads_a_short_spin_count_unless_the_program_chooses(string? name, string? value, string expected)
    {
        var environment =
            new List<(string, string?)> { ("GOMP_SPINCOUNT", null), ("OMP_WAIT_POLICY", null), ("OMP_DISPLAY_ENV", "VERBOSE") };
        if (name is not null) environment.Add((name, value));
        var (exitCode, _, error) = ChildProcess.Start(nameof(Programs.OpenMP), [.. environment]);
        Assert.Equal(0, exitCode);
        error.Should().Contain(expected);
    }

    [SkippableFact]
    public void There_are_at_most_as_many_threads_as_processors_that_the_runtime_counts() =>
        Assert.StartsWith("- - 1 ", ChildProcess.Run(nameof(Programs.OpenMP), ("GOMP_SPINCOUNT", null), ("OMP_NUM_THREADS", null),
            ("DOTNET_PROCESSOR_COUNT", "1")), StringComparison.Ordinal);
}
