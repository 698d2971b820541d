using System.Text.RegularExpressions;

namespace PeftSharp.Tests.Architecture;

/// <summary>Messages name types as source code does, and without an article, which would depend on the first letter of the name.</summary>
public sealed partial class TypeNamesInMessagesTests
{
    [Fact]
    public void Messages_contain_types_by_TypeName() => AssertAbsent(ReflectionName(), "PeftSharp");

    [Fact]
    public void Names_of_types_have_no_article_in_messages() => AssertAbsent(Article(), "");

    [Theory]
    [InlineData("$\"This {GetType().Name} has\"", "$\"This {TypeName.Of(this)} has\"")]
    [InlineData("$\"{value.GetType().Name} is\"", "value.GetType().Name == name")]
    public void A_reflection_name_in_a_message_is_found(string found, string accepted) =>
        Assert.Equal((true, false), (ReflectionName().IsMatch(found), ReflectionName().IsMatch(accepted)));

    [Theory]
    [InlineData("$\"contains a {GetName()}.\"", "$\"is a {kind}, which\"")]
    [InlineData("$\"A {Layer.GetName()} has\"", "$\"of type {Layer.GetName()}\"")]
    [InlineData("$\"an {TypeName.Of(value)}\"", "$\"of a {count}\"")]
    public void An_article_before_the_name_of_a_type_is_found(string found, string accepted) =>
        Assert.Equal((true, false), (Article().IsMatch(found), Article().IsMatch(accepted)));

    private static void AssertAbsent(Regex fault, string project)
    {
        var root = Path.Combine(ReferenceRoot.Repository, "src", project);
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any()).ToArray();
        files.Should().HaveCountGreaterThan(100);
        files.SelectMany(path => File.ReadLines(path).Select((line, index) => (line, Place: $"{path}:{index + 1}")))
            .Where(entry => fault.IsMatch(entry.line)).Select(entry => $"{entry.Place}: {entry.line.Trim()}").Should().BeEmpty();
    }

    [GeneratedRegex(@"\{(?:\w+\.)*GetType\(\)\.Name\}|\{typeof\(\w+\)\.Name\}")]
    private static partial Regex ReflectionName();

    [GeneratedRegex(@"\b[Aa]n? \{[^}]*(?:GetName\(|TypeName\.Of\(|GetType\(\)|Class\})")]
    private static partial Regex Article();
}
