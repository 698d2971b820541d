using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

public sealed class HubNameTests
{
    // The names of huggingface_hub's own documentation of validate_repo_id, and paths.
    [Theory]
    [InlineData("foo", true), InlineData("foo/bar", true), InlineData("123", true), InlineData("Foo-BAR_foo.bar123", true)]
    [InlineData("a", true), InlineData("_a/b_", true), InlineData("datasets/foo/bar", false), InlineData(".repo_id", false)]
    [InlineData("foo--bar", false), InlineData("foo.git", false), InlineData("foo..bar", false), InlineData("-a", false)]
    [InlineData("a-", false), InlineData("a/", false), InlineData("/a", false), InlineData("./a", false), InlineData("../a", false)]
    [InlineData("a b", false), InlineData("C:\\a", false), InlineData("é", false), InlineData("", false), InlineData("a\n", false)]
    public void Names_of_repositories_are_those_of_huggingface_hub(string name, bool isValid)
    {
        HubName.IsRepository(name).Should().Be(isValid);
        if (!isValid) this.Invoking(_ => HubName.CheckRepository(name)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void An_unpaired_surrogate_is_not_allowed()
    {
        HubName.CheckFile("a\ud83d\ude00");
        foreach (var name in new[] { "a\ud83d", "\ude00a", "\ude00\ud83d", "a/\ud83db" })
            FluentActions.Invoking(() => HubName.CheckFile(name)).Should().Throw<ArgumentException>().WithMessage("*unpaired surrogate*");
    }

    [Theory, InlineData(96, true), InlineData(97, false)]
    public void Names_have_at_most_96_characters(int length, bool isValid) =>
        HubName.IsRepository("owner/" + new string('a', length)).Should().Be(isValid);

    [Theory]
    [InlineData("config.json"), InlineData("onnx/model.onnx"), InlineData("a..b"), InlineData(".gitattributes"), InlineData("ünï/模型.txt")]
    [InlineData("COM10"), InlineData("console"), InlineData("a b")]
    public void File_names_of_repositories_are_allowed(string name) => HubName.Problem(name).Should().BeNull();

    [Theory]
    [InlineData("../x"), InlineData("a/../../x"), InlineData("a/./b"), InlineData("/etc/passwd"), InlineData("a//b"), InlineData("a/")]
    [InlineData("C:/x"), InlineData("C:x"), InlineData("a\\b"), InlineData("\\\\server\\share"), InlineData("//server/share")]
    [InlineData("a:stream"), InlineData("NUL"), InlineData("a/con.txt"), InlineData("Com1"), InlineData("LPT9.json"), InlineData("COM¹")]
    [InlineData("aux .x"), InlineData("a."), InlineData("a "), InlineData("..."), InlineData("a\0b"), InlineData("a\nb"), InlineData("a*")]
    [InlineData("a?"), InlineData("a|b"), InlineData("a\"b"), InlineData("<a>"), InlineData("\u0085"), InlineData("CONOUT$")]
    public void File_names_that_are_unsafe_on_any_system_are_refused(string name)
    {
        this.Invoking(_ => HubName.CheckFile(name)).Should().Throw<ArgumentException>().WithMessage($"*not allowed*");
        this.Invoking(_ => HubName.CheckRevision(name)).Should().Throw<ArgumentException>();
    }

    [Theory, InlineData("a", 255, true), InlineData("a", 256, false), InlineData("模", 85, true), InlineData("模", 86, false)]
    public void The_parts_of_a_file_name_have_at_most_255_bytes(string character, int count, bool isValid) =>
        (HubName.Problem("folder/" + string.Concat(Enumerable.Repeat(character, count))) is null).Should().Be(isValid);

    [Fact]
    public void File_names_have_at_most_1024_characters()
    {
        HubName.Problem(string.Concat(Enumerable.Repeat("a/", 511)) + "aa").Should().BeNull();
        HubName.Problem(string.Concat(Enumerable.Repeat("a/", 512)) + "a").Should().Contain("1024");
    }

    [Fact]
    public void A_name_cannot_be_a_file_and_a_folder()
    {
        HubName.Problems(["a/b/c", "a.b", "b"]).Should().BeEmpty();
        HubName.Problems(["x", "a/b/c", "a/b"]).Should().Equal(("a/b/c", "'a/b' is a file and a folder"));
    }

    [Fact]
    public void Messages_contain_no_control_characters_and_only_a_part_of_a_long_name()
    {
        HubName.Show("a\u001b[2J\0b").Should().Be("a\\u001B[2J\\u0000b");
        HubName.Show(new string('a', 5000)).Should().HaveLength(201).And.Contain("…");
    }

    [Fact]
    public async Task A_client_refuses_invalid_names_before_any_request()
    {
        using var hub = new HubFixture();
        await hub.Awaiting(it => it.Download("a/b/c", "x")).Should().ThrowAsync<ArgumentException>().WithMessage("*a/b/c*OWNER/NAME*");
        await hub.Awaiting(it => it.Download("gpt2", "../x")).Should().ThrowAsync<ArgumentException>();
        await hub.Awaiting(it => it.Download("gpt2", "x", "../y")).Should().ThrowAsync<ArgumentException>();
        hub.Server.Requests.Should().BeEmpty();
    }
}
