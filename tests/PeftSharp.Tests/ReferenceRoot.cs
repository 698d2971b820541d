using static System.IO.Path;

namespace PeftSharp.Tests;

/// <summary>
/// The recorded values of the Python libraries: the folder that PEFTSHARP_REFERENCE names, or the copy in tests/fixtures. Tests whose files
/// are missing are skipped.
/// </summary>
internal static class ReferenceRoot
{
    /// <summary>A name that no case has: <see cref="Require"/> skips it, with the reason.</summary>
    private const string None = "(none)";

    /// <summary>The checkout: the nearest parent folder that contains PeftSharp.sln.</summary>
    internal static string Repository { get; } =
        Above(AppContext.BaseDirectory).FirstOrDefault(folder => File.Exists(Combine(folder, "PeftSharp.sln")))
        ?? throw new InvalidOperationException($"No PeftSharp.sln above {AppContext.BaseDirectory}.");

    /// <exception cref="DirectoryNotFoundException">
    /// The variable does not name a folder. If everything were skipped, the run would look successful.
    /// </exception>
    internal static string Path { get; } = Chosen() ?? Combine(Repository, "tests", "fixtures", "reference");

    internal static string? TryFind(params string[] parts) => Existing(Combine([Path, .. parts]));

    internal static string Require(params string[] parts)
    {
        var path = TryFind(parts);
        Skip.If(path is null, $"'{Combine(parts)}' is not in {Path}.");
        return path!;
    }

    /// <summary>
    /// Names of the folders in <paramref name="folder"/> that match; if there are none, a name that <see cref="Require"/> skips.
    /// </summary>
    /// <param name="folder">The folder in the root.</param>
    /// <param name="pattern">Pattern of the names.</param>
    /// <param name="isCase">Whether a folder (its path) is a case. Null: each is.</param>
    internal static TheoryData<string> Cases(string folder, string pattern, Func<string, bool>? isCase = null)
    {
        var path = Combine(Path, folder);
        var names = Directory.Exists(path) ? Directory.GetDirectories(path, pattern).Where(isCase ?? (_ => true))
            .Select(name => GetFileName(name)!).Order(StringComparer.Ordinal).ToArray() : [];
        return new TheoryData<string>(names.Length > 0 ? names : [None]);
    }

    /// <summary>
    /// Models, data and tokenizers that are too large for the repository: <c>shared/…</c> in the checkout or in a folder above it. Skips
    /// the test if they are absent.
    /// </summary>
    internal static string Shared(params string[] parts)
    {
        var path = TryShared(parts);
        Skip.If(path is null, $"'{Combine(["shared", .. parts])}' is neither in {Repository} nor in a folder above it.");
        return path!;
    }

    /// <summary>
    /// The folder with the files of a tokenizer: next to the reference root, in tests/fixtures/tokenizers, or shared. Skips the test if it
    /// is in none of them.
    /// </summary>
    internal static string Tokenizers(string name)
    {
        var path = Existing(Combine(Path, "..", "tokenizers", name))
            ?? Existing(Combine(Repository, "tests", "fixtures", "tokenizers", name)) ?? TryShared("tokenizers", name);
        Skip.If(path is null, $"The tokenizer '{name}' is neither beside {Path} nor in tests/fixtures/tokenizers nor shared.");
        return GetFullPath(path!);
    }

    private static string? TryShared(params string[] parts) =>
        Above(Repository).Select(folder => Existing(Combine([folder, "shared", .. parts]))).FirstOrDefault(path => path is not null);

    private static string? Chosen()
    {
        if (Environment.GetEnvironmentVariable("PEFTSHARP_REFERENCE") is not { Length: > 0 } root) return null;
        var path = GetFullPath(root, Repository);
        return Directory.Exists(path)
            ? path
            : throw new DirectoryNotFoundException($"PEFTSHARP_REFERENCE names '{path}', which does not exist.");
    }

    private static string? Existing(string path) => System.IO.Path.Exists(path) ? path : null;

    private static IEnumerable<string> Above(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            yield return folder.FullName;
    }
}
