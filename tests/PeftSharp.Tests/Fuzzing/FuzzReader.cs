namespace PeftSharp.Tests.Fuzzing;

/// <summary>
/// Something that reads files: valid files to start from, how they are mutated, and the call. Every mutated file must be read or refused
/// with an exception that <see cref="IsExpected"/> accepts.
/// </summary>
internal abstract class FuzzReader
{
    private IReadOnlyList<FuzzSeed>? _seeds;

    /// <summary>The name in the tests and in messages.</summary>
    internal string Name => GetType().Name.Replace("Reader", "", StringComparison.Ordinal);

    /// <summary>How many inputs the default run of the tests reads. A reader that takes long has fewer.</summary>
    internal virtual int ShortCount => 300;

    /// <summary>The longest time that an input may take.</summary>
    internal virtual TimeSpan TimeLimit => TimeSpan.FromSeconds(5);

    /// <summary>How many bytes of managed memory an input may allocate in total.</summary>
    internal virtual long AllocationLimit(long inputBytes) => (64L << 20) + 1000 * inputBytes;

    /// <summary>By how many bytes the memory of the process may grow while an input is read.</summary>
    internal virtual long ResidentLimit(long inputBytes) => (192L << 20) + 1000 * inputBytes;

    /// <summary>The valid files. They are read from disk once.</summary>
    internal IReadOnlyList<FuzzSeed> Seeds => _seeds ??= [.. CreateSeeds()];

    protected abstract IEnumerable<FuzzSeed> CreateSeeds();

    /// <summary>Changes a valid file.</summary>
    internal abstract byte[] Mutate(FuzzRandom random, FuzzSeed seed);

    /// <summary>Reads the file and uses what was read, as a program does.</summary>
    /// <param name="folder">The folder with the mutated file and those beside it.</param>
    /// <param name="file">The path of the mutated file.</param>
    internal abstract void Read(string folder, string file);

    /// <summary>Whether the documentation of the method names the exception.</summary>
    internal virtual bool IsExpected(Exception error) => error is PeftSharpException;
}
