namespace PeftSharp.Native;

/// <summary>Patches a library built with GCC 13 so that it loads with the libstdc++ of GCC 12 and older (Debian 12, Ubuntu 22.04, RHEL
/// 9).</summary>
/// <remarks>
/// Such a library requires version <c>GLIBCXX_3.4.32</c> only because <c>&lt;iostream&gt;</c> refers to
/// <c>_ZSt21ios_base_library_initv</c>, an empty marker that is never called. The patch marks the version requirement and the symbol as
/// weak, so the loader ignores both if they are missing; if they are present, the patch has no effect. Any other symbol of that version
/// would be called, so a library with one is rejected. Layout: ELF-64, little endian (System V ABI; LSB Core "Symbol Versioning").
/// </remarks>
internal static class GlibcxxPatch
{
    /// <summary>The symbol version of libstdc++ that becomes optional.</summary>
    internal const string Version = "GLIBCXX_3.4.32";

    private const string Marker = "_ZSt21ios_base_library_initv";
    private const uint DynamicSymbols = 11, SymbolVersions = 0x6fffffff, VersionNeeds = 0x6ffffffe;   // sh_type
    private const int WeakNeed = 2;                                                                      // VER_FLG_WEAK
    private const int WeakSymbol = 2 << 4;                                                               // STB_WEAK in st_info
    private const int SectionSize = 64, SymbolSize = 24, NeedSize = 16;

    private readonly record struct Section(uint Type, long Offset, long Size, uint Link, uint Info);

    /// <summary>Returns a copy of <paramref name="image"/> in which the version requirement and its only symbol are weak.</summary>
    /// <param name="image">The whole file.</param>
    /// <param name="path">The file's path, for error messages.</param>
    /// <exception cref="NativeBackendException">The file is not a complete ELF-64 library, does not require the version, or uses a
    /// symbol of this version other than the marker.</exception>
    internal static byte[] Apply(ReadOnlySpan<byte> image, string path)
    {
        var file = new ElfBytes(image.ToArray(), path);
        if (!ElfBytes.HasElfHeader(image))
            throw file.Malformed("it has no header of a 64-bit little-endian ELF file");

        var sections = Sections(file);
        var version = WeakenNeed(file, sections);
        WeakenMarker(file, sections, version);
        return file.Bytes;
    }

    private static List<Section> Sections(ElfBytes file)
    {
        var (start, size, count) = (file.Position(0x28), file.UInt16(0x3A), file.UInt16(0x3C));
        if (size != SectionSize || count == 0)
            throw file.Malformed("it has no section table");
        _ = file.Byte(start + (long)count * SectionSize - 1);              // throws if the table is incomplete
        return [.. Enumerable.Range(0, count).Select(i => start + (long)i * SectionSize).Select(at => new Section(
            file.UInt32(at + 4), file.Position(at + 24), file.Position(at + 32), file.UInt32(at + 40), file.UInt32(at + 44)))];
    }

    /// <summary>Marks the version requirement as weak and returns the index by which symbols refer to the version.</summary>
    private static int WeakenNeed(ElfBytes file, List<Section> sections)
    {
        var needs = Only(file, sections, VersionNeeds);
        var names = Names(file, sections, needs);
        var need = needs.Offset;
        for (uint i = 0; i < needs.Info; i++)                              // one per library: version, count, name, first, next
        {
            var entry = need + file.UInt32(need + 8);
            for (var k = 0; k < file.UInt16(need + 2); k++)                // one per version: hash, flags, index, name, next
            {
                if (file.Text(names + file.UInt32(entry + 8)) == Version)
                {
                    file.SetUInt16(entry + 4, file.UInt16(entry + 4) | WeakNeed);
                    return file.UInt16(entry + 6);
                }
                if (!Advance(file, ref entry, 12)) break;
            }
            if (!Advance(file, ref need, 12)) break;
        }
        throw new NativeBackendException($"'{file.Path}' does not require {Version}, so there is nothing to patch.");
    }

    private static void WeakenMarker(ElfBytes file, List<Section> sections, int version)
    {
        var (symbols, versions) = (Only(file, sections, DynamicSymbols), Only(file, sections, SymbolVersions));
        var names = Names(file, sections, symbols);
        for (long i = 0; i < symbols.Size / SymbolSize; i++)               // name, info, other, section, value, size
        {
            if ((file.UInt16(versions.Offset + 2 * i) & 0x7fff) != version) continue;   // the top bit is the hidden flag
            var symbol = symbols.Offset + SymbolSize * i;
            var name = file.Text(names + file.UInt32(symbol));
            if (name != Marker)
                throw new NativeBackendException(
                    $"'{file.Path}' uses '{name}' of {Version}, which this system's libstdc++ does not have. "
                    + "Use a system with GCC 13's libstdc++ or newer (Ubuntu 24.04, Debian 13, Fedora 38).");
            file.SetByte(symbol + 4, WeakSymbol | (file.Byte(symbol + 4) & 0xf));
        }
    }

    private static bool Advance(ElfBytes file, ref long entry, int nextField)
    {
        var step = file.UInt32(entry + nextField);
        if (step is > 0 and < NeedSize)
            throw file.Malformed("its version requirements overlap");
        entry += step;
        return step > 0;
    }

    private static Section Only(ElfBytes file, List<Section> sections, uint type) =>
        sections.Where(section => section.Type == type).Take(2).ToArray() is [var only]
            ? only
            : throw file.Malformed($"it does not have exactly one section of type 0x{type:x}");

    private static long Names(ElfBytes file, List<Section> sections, Section section) =>
        section.Link < sections.Count
            ? sections[(int)section.Link].Offset
            : throw file.Malformed("the string table of a section is missing");
}
