namespace PeftSharp.Tests.Fuzzing;

/// <summary>A mutated file: the same for the same reader and number.</summary>
internal sealed record FuzzInput(FuzzSeed Seed, byte[] Content)
{
    internal static FuzzInput Create(FuzzReader reader, long number)
    {
        var random = new FuzzRandom(reader.Name, number);
        var seed = random.Pick(reader.Seeds);
        return new FuzzInput(seed, reader.Mutate(random, seed));
    }

    internal long TotalBytes => Content.Length + (Seed.Others?.Values.Sum(content => (long)content.Length) ?? 0);

    /// <summary>Writes the files and returns the path of the mutated one.</summary>
    internal string Write(string folder)
    {
        foreach (var (name, content) in Seed.Others ?? new Dictionary<string, byte[]>()) WriteFile(folder, name, content);
        return WriteFile(folder, Seed.FileName, Content);
    }

    private static string WriteFile(string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }
}
