using System.Xml.Linq;

namespace PeftSharp.Tests.BuildTransitive;

/// <summary>The README says which namespaces the property PeftSharpImplicitUsings does not add.</summary>
public sealed class ImplicitUsingsTests
{
    [Fact]
    public void The_README_names_every_namespace_without_an_implicit_using()
    {
        var props = XDocument.Load(Path.Combine(ReferenceRoot.Repository, "src", "PeftSharp", "buildTransitive", "PeftSharp.props"));
        var added = props.Descendants("Using").Select(item => (string)item.Attribute("Include")!).ToArray();
        var readme = File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "README.md"));
        var sentence = readme[readme.IndexOf("PeftSharpImplicitUsings", StringComparison.Ordinal)..];
        sentence = sentence[..sentence.IndexOf("\n\n", StringComparison.Ordinal)];

        var omitted = typeof(PeftSharpException).Assembly.GetExportedTypes().Select(type => type.Namespace!).Distinct()
            .Where(name => !added.Contains(name) && !name.StartsWith("PeftSharp.Models.", StringComparison.Ordinal));
        omitted.Should().NotBeEmpty().And.OnlyContain(name => sentence.Contains($"`{name}`", StringComparison.Ordinal));
        added.Should().OnlyContain(name => !sentence.Contains($"`{name}`", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PeftSharp.Vision", typeof(PeftSharp.Vision.RgbImage))]
    [InlineData("PeftSharp.DataView", typeof(PeftSharp.DataView.DataViewExtensions))]
    [InlineData("PeftSharp.MLTokenizers", typeof(PeftSharp.MLTokenizers.MLTokenizer))]
    public void Each_further_package_adds_its_namespaces(string package, Type type)
    {
        var folder = Path.Combine(ReferenceRoot.Repository, "src", package);
        var props = XDocument.Load(Path.Combine(folder, "buildTransitive", $"{package}.props"));
        var group = props.Descendants("ItemGroup").Should().ContainSingle().Subject;
        ((string?)group.Attribute("Condition")).Should().Be("'$(PeftSharpImplicitUsings)' == 'enable'");
        group.Elements("Using").Select(item => (string)item.Attribute("Include")!)
            .Should().Equal(type.Assembly.GetExportedTypes().Select(exported => exported.Namespace!).Distinct());
        var packed = XDocument.Load(Path.Combine(folder, $"{package}.csproj")).Descendants("None")
            .Single(item => (string)item.Attribute("Include")! == $"buildTransitive/{package}.props");
        ((string?)packed.Attribute("Pack")).Should().Be("true");
        ((string?)packed.Attribute("PackagePath")).Should().Be("build;buildTransitive");
    }
}
