namespace PeftSharp.Tests.Fuzzing;

/// <summary>A valid file that is mutated, and the files beside it.</summary>
/// <param name="Name">The name in messages.</param>
/// <param name="FileName">The name under which the mutated content is written.</param>
/// <param name="Content">The valid content.</param>
/// <param name="Others">The other files of the folder, by their relative paths.</param>
internal sealed record FuzzSeed(string Name, string FileName, byte[] Content, IReadOnlyDictionary<string, byte[]>? Others = null)
{
    /// <summary>A file of a folder; the other files of the folder are beside it.</summary>
    internal static FuzzSeed OfFolder(string folder, string file, Func<string, bool>? isNeeded = null) => new(
        $"{Path.GetFileName(Path.GetDirectoryName(folder))}/{Path.GetFileName(folder)}/{file}", file,
        File.ReadAllBytes(Path.Combine(folder, file)),
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Where(path => path != file && (isNeeded?.Invoke(path) ?? true)).Order(StringComparer.Ordinal)
            .ToDictionary(path => path, path => File.ReadAllBytes(Path.Combine(folder, path))));
}
