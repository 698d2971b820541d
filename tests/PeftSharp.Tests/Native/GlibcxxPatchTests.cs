using System.Text;
using PeftSharp.Native;

namespace PeftSharp.Tests.Native;

public sealed class GlibcxxPatchTests
{
    [SkippableFact]
    public void Exactly_one_version_requirement_and_one_symbol_become_weak()
    {
        var path = NativeFiles.TorchSharpOrSkip();
        var original = File.ReadAllBytes(path);

        var patched = GlibcxxPatch.Apply(original, path);

        Assert.Equal(original.Length, patched.Length);
        var changed = Enumerable.Range(0, original.Length).Where(i => original[i] != patched[i]).ToArray();
        changed.Should().HaveCount(2);
        var symbol = changed.Single(i => original[i] >> 4 == 1);           // st_info: binding GLOBAL becomes WEAK, the type stays
        var need = changed.Single(i => i != symbol);                       // vna_flags
        Assert.Equal((2 << 4) | (original[symbol] & 0xf), patched[symbol]);
        Assert.Equal((0, 2), (original[need], patched[need]));
        // vna_hash, four bytes before the flags: the ELF hash of the version's name, an independent witness of which need it is.
        Assert.Equal(ElfHash("GLIBCXX_3.4.32"), BitConverter.ToUInt32(patched, need - 4));
    }

    [SkippableFact]
    public void Patching_twice_changes_nothing_more()
    {
        var path = NativeFiles.TorchSharpOrSkip();
        var once = GlibcxxPatch.Apply(File.ReadAllBytes(path), path);
        GlibcxxPatch.Apply(once, path).Should().Equal(once);
    }

    [SkippableFact]
    public void A_library_that_uses_another_symbol_of_that_version_is_rejected_by_the_symbols_name()
    {
        var path = NativeFiles.TorchSharpOrSkip();
        var image = File.ReadAllBytes(path);
        var name = image.AsSpan().IndexOf("_ZSt21ios_base_library_initv\0"u8);
        image[name + 1] = (byte)'Y';

        FluentActions.Invoking(() => GlibcxxPatch.Apply(image, path))
            .Should().ThrowExactly<NativeBackendException>().Which.Message.Should().Contain("_YSt21ios_base_library_initv");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\x7f" + "ELF")]
    [InlineData("not a library at all, but long enough to hold a header of an ELF file, which has 64 bytes")]
    public void A_file_that_is_not_a_library_is_rejected_by_name(string text)
    {
        FluentActions.Invoking(() => GlibcxxPatch.Apply(Encoding.Latin1.GetBytes(text), "/somewhere/lib.so"))
            .Should().ThrowExactly<NativeBackendException>().Which.Message.Should().Contain("/somewhere/lib.so");
    }

    [SkippableFact]
    public void A_truncated_library_is_rejected_and_never_read_beyond_its_end()
    {
        var path = NativeFiles.TorchSharpOrSkip();
        var image = File.ReadAllBytes(path);
        for (var i = 0; i < 40; i++)                                        // the section table is the file's end, so each cut hurts
            FluentActions.Invoking(() => GlibcxxPatch.Apply(image.AsSpan(0, image.Length * i / 40), path))
                .Should().ThrowExactly<NativeBackendException>();
        FluentActions.Invoking(() => GlibcxxPatch.Apply(image.AsSpan(0, image.Length - 1), path))
            .Should().ThrowExactly<NativeBackendException>();
    }

    /// <summary>Any content of the tables that the patch reads ends with a patched image or the typed error.</summary>
    [SkippableFact]
    public void Damaged_tables_end_in_a_typed_error_or_a_complete_image()
    {
        var path = NativeFiles.TorchSharpOrSkip();
        var image = File.ReadAllBytes(path);
        var sections = (int)BitConverter.ToUInt64(image, 0x28);
        var needs = image.AsSpan().IndexOf(BitConverter.GetBytes(ElfHash("GLIBCXX_3.4.32")));
        (int Start, int End)[] tables = [(0, 64), (sections, image.Length), (needs - 512, needs + 256)];
        var random = new Random(1);
        var refused = 0;
        for (var trial = 0; trial < 90; trial++)
        {
            var damaged = (byte[])image.Clone();
            var (start, end) = tables[trial % tables.Length];
            for (var k = 0; k < 1 + trial % 8; k++)
                damaged[random.Next(start, end)] = (byte)(random.Next(3) switch { 0 => 0xff, 1 => 0, _ => random.Next(256) });
            try
            {
                Assert.Equal(image.Length, GlibcxxPatch.Apply(damaged, path).Length);
            }
            catch (NativeBackendException)
            {
                refused++;
            }
        }
        refused.Should().BeInRange(10, 90);                                   // the damage did reach what is read
    }

    /// <summary>The hash of System V ABI, figure 5-13.</summary>
    private static uint ElfHash(string name)
    {
        var h = 0u;
        foreach (var c in name)
        {
            h = (h << 4) + c;
            var high = h & 0xf0000000;
            h = (h ^ (high >> 24)) & ~high;
        }
        return h;
    }
}
