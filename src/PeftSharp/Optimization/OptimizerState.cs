using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>The names of the tensors in a saved optimizer state, and checks of such a state.</summary>
internal static class OptimizerState
{
    private const string StepName = "step";

    internal static string Key(string slot, string parameter) => $"{slot}.{parameter}";

    internal static string StepKey(string parameter) => Key(StepName, parameter);

    /// <exception cref="CheckpointException">The tensors are not exactly the state of these parameters.</exception>
    internal static void Check(
        string optimizer, IEnumerable<NamedParameter> parameters, Func<Tensor, IReadOnlyList<StateSlot>> slotsOf,
        IReadOnlyDictionary<string, Tensor> tensors)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, parameter) in parameters)
        {
            var step = Tensor(StepKey(name));
            if (step.dtype != ScalarType.Int64 || step.numel() != 1)
                throw Error($"'{StepKey(name)}' is {Describe(step.dtype, step.shape)}, but an int64 scalar is expected");
            using var onCpu = step.cpu();
            foreach (var slot in slotsOf(parameter))
            {
                var key = Key(slot.Name, name);
                known.Add(key);
                if (onCpu.item<long>() == 0)
                    continue;
                var value = Tensor(key);
                if (value.dtype != slot.Type || !value.shape.SequenceEqual(slot.Shape))
                    throw Error($"'{key}' is {Describe(value.dtype, value.shape)}, but {Describe(slot.Type, slot.Shape)} is expected");
            }
        }
        var unknown = tensors.Keys.Where(key => !known.Contains(key)).Order(StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
            throw Error($"there is no trained parameter for '{unknown[0]}'"
                + (unknown.Length == 1 ? "" : $" and {Quantity.Of(unknown.Length - 1, "other tensor")}"));

        Tensor Tensor(string key)
        {
            known.Add(key);
            return tensors.TryGetValue(key, out var value) ? value : throw Error($"'{key}' is missing");
        }
        CheckpointException Error(string what) =>
            new($"The saved optimizer state is incompatible with this {optimizer}: {what}. "
                + "Resume with the model, adapter and optimizer that were saved.");
    }

    private static string Describe(ScalarType type, IReadOnlyList<long> shape) => $"{type} [{string.Join(", ", shape)}]";
}
