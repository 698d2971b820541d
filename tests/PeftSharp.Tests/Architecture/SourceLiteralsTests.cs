namespace PeftSharp.Tests.Architecture;

public sealed class SourceLiteralsTests
{
    [Theory]
    [InlineData("""x = "a" + "b";""", "ab")]
    [InlineData("""x = "a\"b" + c + "d";""", "a\"b", "d")]
    [InlineData("x = $\"a {b:F2} {{c}}\"      // \"no\"\n    + \"d\";", "a … {c}d")]
    [InlineData("""x = $"a {string.Join(", ", b.Select(i => $"{i}"))}.";""", ", ", "…", "a ….")]
    [InlineData("""x = @"a\" + '"' + "b" + '\'' + "c";""", "a\\", "b", "c")]
    [InlineData("""/* "no" */ x = new[] { "" };""", "")]
    [InlineData("x = $$\"\"\"{\"a\": {{b}} }\"\"\";", "{\"a\": … }")]
    public void Literals_are_read_as_the_compiler_reads_them(string code, params string[] expected) =>
        SourceLiterals.Of(code).Select(literal => literal.Text).Should().Equal(expected);
}
