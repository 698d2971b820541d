using System.Reflection;
using System.Runtime.CompilerServices;
using PeftSharp.Internal;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace PeftSharp.Modeling;

/// <summary>Creates a deep copy of a module, with its own parameters (PyTorch's <c>copy.deepcopy</c>), such as a head or a norm.</summary>
internal static class ModuleCopy
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Copies the module and all of its descendants.</summary>
    /// <exception cref="NotSupportedException">A field has a value that cannot be copied; the message names it.</exception>
    internal static TModule Of<TModule>(TModule module) where TModule : Module
    {
        using var noGradient = no_grad();
        return (TModule)Copy(module, module.GetName());
    }

    private static Module Copy(Module module, string path)
    {
        var type = module.GetType();
        var copy = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ModuleList<>)
            ? CopyList(module, type, path)
            : OfTorchSharp(module) ?? CopyFields(module, type, path);
        copy.train(module.training);
        return copy;
    }

    /// <summary>A copy of a TorchSharp layer, which keeps its parameters in native memory; null for other modules.</summary>
    private static Module? OfTorchSharp(Module module)
    {
        // The random values of the new layer are overwritten, and the random stream is restored.
        using var state = random.get_rng_state();
        var copy = module switch
        {
            TorchSharp.Modules.Linear linear => nn.Linear(linear.weight.shape[1], linear.weight.shape[0], linear.bias is not null),
            TorchSharp.Modules.Embedding { } table when table.get_parameter("weight") is { } weight =>
                nn.Embedding(weight.shape[0], weight.shape[1]),
            _ => (Module?)null,
        };
        random.set_rng_state(state);
        if (copy is null || module.parameters().FirstOrDefault() is not { } first) return copy;
        copy.to(first.dtype);
        copy.to(first.device);
        foreach (var (source, target) in module.parameters().Zip(copy.parameters()))
        {
            target.copy_(source);
            target.requires_grad = source.requires_grad;
        }
        return copy;
    }

    private static Module CopyList(Module list, Type type, string path)
    {
        var children = list.named_children().Select(child => Copy(child.module, $"{path}.{child.name}")).ToArray();
        var typed = Array.CreateInstance(type.GetGenericArguments()[0], children.Length);
        Array.Copy(children, typed, children.Length);
        return (Module)Activator.CreateInstance(type, Any, null, [typed], null)!;
    }

    private static Module CopyFields(Module module, Type type, string path)
    {
        var start = type;
        while (start is not null
            && !(start.IsGenericType && start.DeclaringType == typeof(nn) && start.Name.StartsWith("Module`", StringComparison.Ordinal)))
            start = start.BaseType;
        var constructor = start?.GetConstructor(Any, [typeof(string)])
            ?? throw new NotSupportedException($"'{path}' ({TypeName.Of(type)}) cannot be copied: "
            + "it does not derive from one of TorchSharp's Module<…> classes. Derive it from one of them.");
        var copy = (Module)RuntimeHelpers.GetUninitializedObject(type);
        constructor.Invoke(copy, [module.GetName()]);                    // a module in C#, whose fields are copied below
        foreach (var field in ModuleTree.FieldsOf(type).TakeWhile(field => field.DeclaringType != start))
            field.SetValue(copy, CopyValue(field.GetValue(module), $"{path}.{field.Name}"));
        typeof(Module).GetMethod("RegisterComponents", Any)!.Invoke(copy, null);
        var (found, wanted) = (copy.named_parameters().Select(pair => pair.name), module.named_parameters().Select(pair => pair.name));
        if (!found.SequenceEqual(wanted))
            throw new NotSupportedException(
                $"'{path}' ({TypeName.Of(type)}) cannot be copied: it has parameters that are not stored in fields. "
                + "Store each one in a field.");
        return copy;
    }

    private static object? CopyValue(object? value, string path) => value switch
    {
        null => null,
        Parameter parameter => new Parameter(parameter.detach().clone(), parameter.requires_grad).DetachFromDisposeScope(),
        Tensor tensor => tensor.detach().clone().DetachFromDisposeScope(),
        Module module => Copy(module, path),
        Delegate { Target: Module } => throw new NotSupportedException($"'{path}' cannot be copied: it is a delegate that is "
            + "bound to a module, so the copy would still call the original module. Store the module itself in a field."),
        IEnumerable<Module> => throw new NotSupportedException(
            $"'{path}' cannot be copied: it is a collection of modules. Use a ModuleList."),
        _ => value,
    };
}
