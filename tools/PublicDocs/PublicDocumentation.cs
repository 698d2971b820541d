using System.Xml.Linq;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace PeftSharp.Tools;

/// <summary>
/// Removes the members that are not part of the public API from a documentation file. The compiler writes the comments of all members, so
/// editors would show users the comments of internal members, too.
/// </summary>
internal static class PublicDocumentation
{
    /// <param name="documentation">The content of the file, which is changed.</param>
    /// <param name="assembly">The path of the assembly.</param>
    /// <returns>The numbers of members that were kept and removed.</returns>
    internal static (int Kept, int Removed) Keep(XDocument documentation, string assembly)
    {
        var names = Names(assembly);
        var members = documentation.Descendants("member").ToArray();
        var removed = members.Where(member => !names.Contains(member.Attribute("name")!.Value)).ToArray();
        foreach (var member in removed)
        {
            if (member.PreviousNode is XText space) space.Remove();
            member.Remove();
        }
        return (members.Length - removed.Length, removed.Length);
    }

    /// <summary>Returns the documentation ids of the types and members that other assemblies can use or override.</summary>
    private static HashSet<string> Names(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        return [.. module.GetTypes().Where(IsVisible).SelectMany(Members).Select(DocCommentId.GetDocCommentId)];
    }

    private static IEnumerable<IMemberDefinition> Members(TypeDefinition type) =>
    [
        type,
        .. type.Fields.Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
        .. type.Methods.Where(IsVisible),
        .. type.Properties.Where(property => IsVisible(property.GetMethod) || IsVisible(property.SetMethod)),
        .. type.Events.Where(added => IsVisible(added.AddMethod)),
    ];

    private static bool IsVisible(TypeDefinition type) => type.IsPublic
        || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamilyOrAssembly) && IsVisible(type.DeclaringType));

    private static bool IsVisible(MethodDefinition? method) =>
        method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };
}
