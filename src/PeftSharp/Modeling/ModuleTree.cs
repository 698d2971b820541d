using System.Collections;
using System.Reflection;
using PeftSharp.Internal;
using TorchSharp.Modules;
using Module = TorchSharp.torch.nn.Module;

namespace PeftSharp.Modeling;

/// <summary>
/// Lists a model's modules by path and replaces modules. Only this class and <see cref="ModuleCopy"/> access modules by reflection.
/// </summary>
/// <remarks>
/// TorchSharp stores a child twice: in a field of the parent, which <c>forward</c> uses, and in the list of children, which names the
/// parameters. Both must agree.
/// </remarks>
internal static class ModuleTree
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>
    /// The modules below <paramref name="root"/> in PyTorch's order (<c>named_modules</c>: parents before children), each once.
    /// </summary>
    /// <param name="root">The root, which is not listed.</param>
    /// <param name="isClosed">Selects modules whose children are not listed.</param>
    internal static List<ModulePlace> Walk(Module root, Func<Module, bool>? isClosed = null)
    {
        var places = new List<ModulePlace>();
        var seen = new HashSet<Module>(ReferenceEqualityComparer.Instance);
        Visit(root, "");
        return places;

        void Visit(Module parent, string prefix)
        {
            foreach (var (name, child) in parent.named_children())
            {
                if (!seen.Add(child)) continue;
                places.Add(new ModulePlace(prefix + name, parent, name, child));
                if (isClosed?.Invoke(child) != true) Visit(child, $"{prefix}{name}.");
            }
        }
    }

    /// <summary>Replaces a module; the order of the parent's children is preserved.</summary>
    /// <exception cref="ArgumentException">The parent cannot hold the replacement; the message says how to declare the field.</exception>
    internal static void Replace(ModulePlace place, Module replacement)
    {
        switch (place.Parent)
        {
            case Sequential: SetInList(place, replacement); return;      // no Register: a Sequential stores its children only in its list
            case var parent when IsGeneric(parent, typeof(ModuleList<>)):
                SetItem(place, replacement, int.Parse(place.Name, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case var parent when IsGeneric(parent, typeof(ModuleDict<>)): SetItem(place, replacement, place.Name); break;
            default: SetField(place, replacement); break;
        }
        Register(place, replacement);
    }

    /// <summary>Renames the children of a module, in their order. Used for modules whose names depend on the family.</summary>
    internal static void RenameChildren(Module parent, IReadOnlyList<string> names)
    {
        var children = parent.named_children().ToArray();
        foreach (var (name, _) in children) parent.register_module(name, null!);       // null removes the child
        foreach (var (child, name) in children.Zip(names)) parent.register_module(name, child.module);
    }

    /// <summary>
    /// Sorts the children of a module. Their order determines the order of the parameters. Used for modules whose order depends on the
    /// family.
    /// </summary>
    /// <param name="parent">The module.</param>
    /// <param name="names">The names of the first children, in order. The others follow.</param>
    internal static void ReorderChildren(Module parent, IReadOnlyList<string> names)
    {
        var children = parent.named_children().ToDictionary(child => child.name, child => child.module);
        foreach (var name in children.Keys) parent.register_module(name, null!);       // null removes the child
        foreach (var name in names.Union(children.Keys)) parent.register_module(name, children[name]);
    }

    private static void SetField(ModulePlace place, Module replacement)
    {
        var field = FieldsOf(place.Parent.GetType()).FirstOrDefault(field => ReferenceEquals(field.GetValue(place.Parent), place.Module))
            ?? throw new ArgumentException($"'{place.Path}' cannot be wrapped: no field of {TypeName.Of(place.Parent)} holds it, "
            + "so the model would still call the original module. "
                + $"Store it in a field of type Module<Tensor, Tensor>, or in a ModuleList, ModuleDict or Sequential.");
        if (!field.FieldType.IsInstanceOfType(replacement))
            throw Unfit(place, $"{TypeName.Of(field.DeclaringType!)}.{field.Name} has type {TypeName.Of(field.FieldType)}");
        field.SetValue(place.Parent, replacement);
    }

    private static void SetItem(ModulePlace place, Module replacement, object index)
    {
        var item = place.Parent.GetType().GetProperty("Item", [index.GetType()])!;
        var element = place.Parent.GetType().GetGenericArguments()[0];
        if (!element.IsInstanceOfType(replacement))
            throw Unfit(place, $"its {place.Parent.GetName()} is declared for elements of type {TypeName.Of(element)}");
        item.SetValue(place.Parent, replacement, [index]);
    }

    private static void SetInList(ModulePlace place, Module replacement)
    {
        var modules = FieldsOf(typeof(Sequential)).Select(field => field.GetValue(place.Parent)).OfType<IList>()
            .FirstOrDefault(list => list.OfType<Module>().Contains(place.Module, ReferenceEqualityComparer.Instance))
            ?? throw new InvalidOperationException($"'{place.Path}' was not found in the list of its Sequential: "
            + "this version of TorchSharp is not supported.");
        if (!modules.GetType().GetGenericArguments()[0].IsInstanceOfType(replacement))
            throw new ArgumentException($"'{place.Path}' cannot be wrapped: its adapter does not map one tensor to one tensor, so a "
                + "Sequential cannot hold it. Store the module in a field of its model.");
        for (var index = 0; index < modules.Count; index++)
            if (ReferenceEquals(modules[index], place.Module)) modules[index] = replacement;
    }

    private static ArgumentException Unfit(ModulePlace place, string obstacle) =>
        new($"'{place.Path}' cannot be wrapped: {obstacle}, which cannot hold an adapter. Declare it as Module<Tensor, Tensor>, "
            + "the base class of adapters and of Linear.");

    private static void Register(ModulePlace place, Module replacement)
    {
        var children = place.Parent.named_children().ToArray();
        var position = Array.FindIndex(children, child => child.name == place.Name);
        foreach (var (name, _) in children[position..]) place.Parent.register_module(name, null!);       // null removes the child
        foreach (var (name, child) in children[position..]) place.Parent.register_module(name, name == place.Name ? replacement : child);
    }

    private static bool IsGeneric(Module module, Type definition) =>
        module.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == definition;

    /// <summary>The fields of a module's class and of its base classes, down to TorchSharp's base.</summary>
    internal static IEnumerable<FieldInfo> FieldsOf(Type? type)
    {
        for (; type is not null && type != typeof(Module); type = type.BaseType)
            foreach (var field in type.GetFields(Own)) yield return field;
    }
}
