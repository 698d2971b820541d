using System.Reflection;
using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace PeftSharp.Modeling;

/// <summary>A module's double with parameters of its own: PyTorch's <c>copy.deepcopy</c> of a head or a norm.</summary>
internal static class ModuleCopy
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Copies the module and everything below it.</summary>
    /// <exception cref="NotSupportedException">A field holds something that has no plain copy; the message names it.</exception>
    internal static TModule Of<TModule>(TModule module) where TModule : Module
    {
        using var free = no_grad();
        return (TModule)Copy(module, module.GetName());
    }

    private static Module Copy(Module module, string path)
    {
        var type = module.GetType();
        var copy = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ModuleList<>) ? CopyList(module, type, path) : OfTorchSharp(module) ?? CopyFields(module, type, path);
        copy.train(module.training);
        return copy;
    }

    /// <summary>A copy of one of TorchSharp's layers, which keep parameters in native memory; null for other modules.</summary>
    private static Module? OfTorchSharp(Module module)
    {
        using var state = random.get_rng_state();                              // the new layer's random values are replaced, and the stream stays where it was
        var copy = module switch
        {
            TorchSharp.Modules.Linear linear => nn.Linear(linear.weight.shape[1], linear.weight.shape[0], linear.bias is not null),
            TorchSharp.Modules.Embedding { } table when table.get_parameter("weight") is { } weight => nn.Embedding(weight.shape[0], weight.shape[1]),
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
        while (start is not null && !(start.IsGenericType && start.DeclaringType == typeof(nn) && start.Name.StartsWith("Module`", StringComparison.Ordinal))) start = start.BaseType;
        var constructor = start?.GetConstructor(Any, [typeof(string)])
            ?? throw new NotSupportedException($"'{path}' ({type.Name}) cannot be copied: it derives from none of TorchSharp's Module<…> classes.");
        var copy = (Module)RuntimeHelpers.GetUninitializedObject(type);
        constructor.Invoke(copy, [module.GetName()]);                    // a module of the library's own kind; its fields follow
        foreach (var field in ModuleTree.FieldsOf(type).TakeWhile(field => field.DeclaringType != start))
            field.SetValue(copy, CopyValue(field.GetValue(module), $"{path}.{field.Name}"));
        typeof(Module).GetMethod("RegisterComponents", Any)!.Invoke(copy, null);
        var (found, wanted) = (copy.named_parameters().Select(pair => pair.name), module.named_parameters().Select(pair => pair.name));
        if (!found.SequenceEqual(wanted)) throw new NotSupportedException($"'{path}' ({type.Name}) cannot be copied: it holds parameters outside of its fields.");
        return copy;
    }

    private static object? CopyValue(object? value, string path) => value switch
    {
        null => null,
        Parameter parameter => new Parameter(parameter.detach().clone(), parameter.requires_grad).DetachFromDisposeScope(),
        Tensor tensor => tensor.detach().clone().DetachFromDisposeScope(),
        Module module => Copy(module, path),
        Delegate { Target: Module } => throw new NotSupportedException($"'{path}' is a function bound to a module, which a copy would call instead of itself."),
        IEnumerable<Module> => throw new NotSupportedException($"'{path}' is a collection of modules; use a ModuleList."),
        _ => value,
    };
}
