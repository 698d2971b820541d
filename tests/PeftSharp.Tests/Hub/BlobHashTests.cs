using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

public sealed class BlobHashTests
{
    // git hash-object and sha256sum of the text "hello" and a line break.
    [Theory]
    [InlineData("ce013625030ba8dba906f756967f9e9ca394464a")]
    [InlineData("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")]
    public void The_hash_is_that_of_git_and_of_large_file_storage(string expected)
    {
        using var hash = BlobHash.Start(expected, 6)!;
        hash.AppendData("hello\n"u8);
        Convert.ToHexStringLower(hash.GetCurrentHash()).Should().Be(expected);
    }

    [Theory, InlineData("abc"), InlineData("CE013625030BA8DBA906F756967F9E9CA394464A"), InlineData("5d8c72a5edda8d6a-gzip")]
    public void Other_names_are_no_hashes(string etag) => BlobHash.Start(etag, 6).Should().BeNull();

    [Fact]
    public void The_hash_of_git_requires_the_length() => BlobHash.Start("ce013625030ba8dba906f756967f9e9ca394464a", null).Should().BeNull();
}
