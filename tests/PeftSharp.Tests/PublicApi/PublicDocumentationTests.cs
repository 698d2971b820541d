using System.Reflection;
using System.Xml.Linq;
using PeftSharp.Tools;

namespace PeftSharp.Tests.PublicApi;

/// <summary>The documentation file of a package has the comments of public members, and refers to no other members.</summary>
public sealed class PublicDocumentationTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    [Theory, InlineData("PeftSharp"), InlineData("PeftSharp.MLTokenizers"), InlineData("PeftSharp.Vision")]
    public void Only_public_members_stay_and_each_documented_public_type_does(string name)
    {
        var assembly = Assembly.Load(name);
        var file = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        string[] before = [.. Names(file)];

        var (kept, removed) = PublicDocumentation.Keep(file, assembly.Location);

        string[] after = [.. Names(file)];
        Assert.Equal((kept, removed), (after.Length, before.Length - after.Length));
        after.Where(member => !IsVisible(assembly, member)).Should().BeEmpty();
        before.Where(member => member.StartsWith("T:", StringComparison.Ordinal) && IsVisible(assembly, member))
            .Should().BeSubsetOf(after);
        var references = file.Descendants().Attributes("cref").Select(cref => cref.Value);
        references.Where(before.Contains).Except(after).Should().BeEmpty("a user cannot see what is internal");
    }

    [Fact]
    public void Members_of_public_types_are_kept_by_their_accessibility()
    {
        var assembly = typeof(PeftSharpException).Assembly;
        var file = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        PublicDocumentation.Keep(file, assembly.Location);
        var names = Names(file).ToHashSet();
        names.Should().Contain("M:PeftSharp.Modeling.Layers.Linear.#ctor(System.Int64,System.Int64,System.Boolean)")
            .And.Contain("M:PeftSharp.Training.Trainer.TrainingStep(PeftSharp.Modeling.PretrainedModel,PeftSharp.Modeling.ModelInputs,"
                + "PeftSharp.Modeling.ForwardOptions,System.Double)", "it is protected")
            .And.NotContain("M:PeftSharp.Modeling.PretrainedModel.ThrowIfDisposed")
            .And.NotContain("T:PeftSharp.Hub.HubFolder");
    }

    private static IEnumerable<string> Names(XDocument file) =>
        file.Descendants("member").Select(member => member.Attribute("name")!.Value);

    /// <summary>Whether a documentation id can be a visible member: its type is visible and has a visible member of its name.</summary>
    private static bool IsVisible(Assembly assembly, string id)
    {
        var name = id[2..].Split('(')[0];
        if (id[0] == 'T') return FindType(assembly, name) is { } found && IsVisible(found);
        var end = name.LastIndexOf('.');
        var (member, type) = (name[(end + 1)..].Split("``")[0].Replace('#', '.'), FindType(assembly, name[..end]));
        return type is not null && IsVisible(type) && type.GetMember(member, Own).Any(IsVisible);
    }

    // Types in types are separated by dots in documentation ids and by plus signs in reflection.
    private static Type? FindType(Assembly assembly, string name) =>
        assembly.GetType(name) ?? (name.LastIndexOf('.') is > 0 and var end && FindType(assembly, name[..end]) is { } outer
            ? outer.GetNestedType(name[(end + 1)..], BindingFlags.Public | BindingFlags.NonPublic) : null);

    private static bool IsVisible(Type type) => type.IsPublic
        || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!));

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        _ => false,
    };
}
