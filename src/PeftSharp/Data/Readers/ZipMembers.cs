using System.IO.Compression;

namespace PeftSharp.Data;

/// <summary>The data files in a zip archive. They are read from the archive and never written to a folder.</summary>
internal static class ZipMembers
{
    /// <summary>The maximum compression ratio of deflate is 1032 to 1. Members with a higher ratio are damaged or overlap.</summary>
    private const long MaxRatio = 1032;

    /// <summary>Whether a file is a zip archive.</summary>
    internal static bool IsArchive(string file)
    {
        Span<byte> start = stackalloc byte[4];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PK\x03\x04"u8);
    }

    /// <summary>Returns the data files of an archive, in the order of their names.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="format">The format of the members. Null: the most frequent format.</param>
    /// <returns>The members and their format.</returns>
    /// <exception cref="DatasetException">The archive is damaged, or has no data of a supported format.</exception>
    internal static (IReadOnlyList<DataInput> Members, string Format) Find(string file, string? format)
    {
        string[] names;
        try
        {
            using var archive = ZipFile.OpenRead(file);
            RequirePlausible(archive, file);
            names = [.. archive.Entries.Select(entry => entry.FullName).Where(name => !name.EndsWith('/'))
                .Where(name => !FilePattern.IsHidden(name)).Order(StringComparer.Ordinal)];
        }
        catch (InvalidDataException error)
        {
            throw new DatasetException($"'{file}' is not a valid zip archive ({error.Message}). The file is damaged or incomplete.", error);
        }
        format ??= FileFormat.Of(file);
        if (names is [var only] && (format ?? FileFormat.Of(only)) is { } known)
            return ([new DataInput(file, only)], known);
        format ??= names.Select(FileFormat.Of).OfType<string>().GroupBy(found => found).OrderByDescending(group => group.Count())
            .ThenBy(group => FileFormat.Names.ToList().IndexOf(group.Key)).FirstOrDefault()?.Key;
        DataInput[] members = [.. names.Where(name => FileFormat.Of(name) == format && format is not null)
            .Select(name => new DataInput(file, name))];
        return members.Length > 0 ? (members, format!) : throw new DatasetException(
            $"'{file}' is a zip archive without {format ?? "supported"} files (an Excel workbook is also a zip archive). It contains "
            + $"{(names.Length == 0 ? "no files" : string.Join(", ", names.Take(5)))}{(names.Length > 5 ? ", …" : "")}. "
            + $"Supported extensions: {FileFormat.Extensions}.");
    }

    /// <summary>Opens a member.</summary>
    /// <param name="archive">The archive, which is closed with the returned stream.</param>
    /// <param name="member">The name of the member.</param>
    internal static Stream Open(Stream archive, string member)
    {
        var zip = new ZipArchive(archive, ZipArchiveMode.Read);
        var entry = zip.GetEntry(member) ?? throw new InvalidDataException($"the archive has no member '{member}'");
        if (entry.IsEncrypted)
            throw new InvalidDataException($"the member '{member}' is encrypted");
        return new CheckedZipMember(zip, entry);
    }

    private static void RequirePlausible(ZipArchive archive, string file)
    {
        var (total, length) = (archive.Entries.Sum(entry => entry.Length), new FileInfo(file).Length);
        if (total > length * MaxRatio)
            throw new DatasetException($"'{file}' is a zip archive of {length} bytes that claims to contain {total} bytes. Compressed "
                + "data of this size cannot contain that much. The archive is damaged or was made to exhaust the memory, and is not read.");
    }
}
