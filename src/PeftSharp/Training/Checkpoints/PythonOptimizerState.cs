using PeftSharp.Internal;
using PeftSharp.Optimization;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Training.Checkpoints;

/// <summary>
/// Reads <c>optimizer.pt</c> of transformers: the state of an optimizer, in which a parameter is identified by its position in the
/// parameter groups.
/// </summary>
/// <remarks>
/// The file contains no names. The groups of <see cref="ParameterGroups.Create"/> have the parameters of transformers in the same order, so
/// positions are sufficient; the number of parameters in each group and the shapes are compared.
/// </remarks>
internal sealed class PythonOptimizerState
{
    internal const string FileName = "optimizer.pt";

    private const string Remedy = "Resume with the model, the adapter, the frozen parameters and the optimizer (Optim, OptimArgs) of the "
        + "Python run, or load the model of the checkpoint and start a new run.";

    private readonly PythonFile _file;
    private readonly string _path;
    private readonly Optimizer _optimizer;
    private readonly PickleDictionary _state;
    private readonly PickleDictionary[] _groups;

    private PythonOptimizerState(PythonFile file, string path, Optimizer optimizer)
    {
        (_file, _path, _optimizer) = (file, path, optimizer);
        _state = file.Values["state"] as PickleDictionary ?? throw file.Error("it has no dictionary 'state'");
        _groups = [.. file.List(file.Values, "param_groups").Select(
            group => group as PickleDictionary ?? throw file.Error("an element of 'param_groups' is not a dictionary"))];
    }

    /// <summary>Loads the state into an optimizer. If an exception is thrown, the optimizer is unchanged.</summary>
    /// <param name="optimizer">The optimizer of the run.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="step">The number of steps of the Python run.</param>
    /// <param name="warn">Reports different settings, and parameters without a state.</param>
    /// <returns>The learning rate of each group of <paramref name="optimizer"/> in the Python run.</returns>
    /// <exception cref="CheckpointException">The file is malformed, or belongs to other parameters or another optimizer.</exception>
    internal static IReadOnlyList<double> LoadInto(Optimizer optimizer, string path, int step, Action<string> warn)
    {
        using var scope = NewDisposeScope();
        using var file = PythonFile.Open(path);
        var reader = new PythonOptimizerState(file, path, optimizer);
        var groups = reader._groups.Where(group => reader.Positions(group).Count > 0).ToArray();
        var parameters = reader.Match(groups);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var untouched = parameters.Where(pair => !reader.Read(pair.Position, pair.Parameter, step, tensors))
            .Select(pair => pair.Parameter.Name).ToArray();
        if (step > 0 && untouched.Length == parameters.Length)
            throw new CheckpointException($"'{path}' contains no state of a parameter, although the Python run trained "
                + $"{Quantity.Of(step, "step")}. {Remedy}");
        var changes = reader.Changes(groups).Distinct().ToArray();
        var rates = groups.Select(group => PythonFile.NumberOf(group["lr"]) ?? throw file.Error("a group has no learning rate 'lr'"))
            .ToArray();
        optimizer.LoadState(tensors);
        if (untouched.Length > 0)
            warn($"'{path}' has no state of {Quantity.Of(untouched.Length, "parameter")} ({string.Join(", ", untouched.Take(3))}"
                + $"{(untouched.Length > 3 ? ", …" : "")}), which had no gradient in the Python run. The missing state starts at "
                + "zero.");
        if (changes.Length > 0)
            warn($"The Python run of '{path}' is resumed with other settings of the optimizer: {string.Join("; ", changes)}.");
        return rates;
    }

    private IReadOnlyList<object?> Positions(PickleDictionary group) => _file.List(group, "params");

    /// <summary>The parameters of the optimizer with their positions in the file.</summary>
    private (long Position, NamedParameter Parameter)[] Match(IReadOnlyList<PickleDictionary> groups)
    {
        var positions = groups.SelectMany(Positions)
            .Select(position => position as long? ?? throw _file.Error("a position is not an integer"))
            .ToArray();
        var known = positions.ToHashSet();
        if (known.Count < positions.Length) throw _file.Error("a parameter is in two groups");
        if (_state.Items.Keys.FirstOrDefault(key => key is not long position || !known.Contains(position)) is { } unknown)
            throw _file.Error($"it has the state of a parameter {PythonFile.Text(unknown)} that is in no group");
        NamedParameter[] own = [.. _optimizer.Parameters];
        var ownGroups = _optimizer.Groups.Where(group => group.Parameters.Count > 0).Select(group => group.Parameters.Count);
        var pairs = positions.Zip(own).ToArray();
        if (!groups.Select(group => Positions(group).Count).SequenceEqual(ownGroups))
            throw new CheckpointException($"'{_path}' belongs to other parameters: its groups have "
                + $"{string.Join(" and ", groups.Select(group => Positions(group).Count))} parameters, but the groups of this {Name} have "
                + $"{string.Join(" and ", ownGroups)}. {FirstDifference(pairs, own)} {Remedy}");
        return pairs;
    }

    private string FirstDifference((long Position, NamedParameter Parameter)[] pairs, NamedParameter[] own)
    {
        foreach (var (position, parameter) in pairs)
            foreach (var slot in _optimizer.SlotsOf(parameter.Value))
                if ((_state[position] as PickleDictionary)?[slot.Name] is PickleTensor tensor && !tensor.Shape.SequenceEqual(slot.Shape))
                    return $"The first different shape: {slot.Name} of parameter {position} of the file has shape {Shape(tensor.Shape)}, "
                        + $"but '{parameter.Name}' needs {Shape(slot.Shape)}.";
        return pairs.Length < own.Length ? $"The first parameter that is not in the file may be '{own[pairs.Length].Name}'."
            : $"The last parameter of this run is '{own[^1].Name}'.";
    }

    /// <summary>Reads the state of a parameter.</summary>
    /// <returns>False if the file has none.</returns>
    private bool Read(long position, NamedParameter parameter, int step, Dictionary<string, Tensor> tensors)
    {
        var (name, slots) = (parameter.Name, _optimizer.SlotsOf(parameter.Value));
        var state = _state.Items.TryGetValue(position, out var value)
            ? value as PickleDictionary ?? throw _file.Error($"the state of parameter {position} is not a dictionary")
            : new PickleDictionary();
        var items = state.Items.Where(item => item.Value is not null).ToDictionary(item => PythonFile.Text(item.Key), item => item.Value);
        var hasState = slots.Count == 0 || slots.Any(slot => items.ContainsKey(slot.Name)) || items.ContainsKey("step");
        // SGD does not save the number of steps of a parameter, so the number of steps of the run is used.
        var steps = !hasState ? 0 : items.TryGetValue("step", out var counted) ? Steps(counted, name) : step;
        tensors[OptimizerState.StepKey(name)] = tensor(steps, ScalarType.Int64);
        if (items.Keys.FirstOrDefault(key => key != "step" && !IsUnused(key) && slots.All(slot => slot.Name != key)) is { } unknown)
            throw new CheckpointException($"'{_path}' contains '{unknown}' of parameter {position} ('{name}'), which {Name} does not have: "
                + $"the Python run had another optimizer, or other options. {Remedy}");
        foreach (var slot in steps == 0 ? [] : slots)
        {
            var tensor = items.GetValueOrDefault(slot.Name) as PickleTensor ?? throw new CheckpointException(
                $"'{_path}' contains no tensor '{slot.Name}' of parameter {position} ('{name}'), which {Name} needs. {Remedy}");
            if (!tensor.Shape.SequenceEqual(slot.Shape) || SafetensorsDtypes.ToScalarType(tensor.Type) != slot.Type)
                throw new CheckpointException($"'{_path}' contains '{slot.Name}' of parameter {position} as {tensor.Type} "
                    + $"{Shape(tensor.Shape)}, but for '{name}' {slot.Type} {Shape(slot.Shape)} is needed. {Remedy}");
            tensors[OptimizerState.Key(slot.Name, name)] = _file.Map(tensor);
        }
        return hasState;
    }

    /// <summary>
    /// Whether a value of the file is not needed. Adafactor also stores the root mean square of a parameter, and computes it again in each
    /// step.
    /// </summary>
    private bool IsUnused(string key) => key == "RMS" && _optimizer is Adafactor;

    private long Steps(object? value, string name) => _file.Number(value) is { } number and >= 0 and < 1e15 && double.IsInteger(number)
        ? (long)number
        : throw _file.Error($"the number of steps of '{name}' is {PythonFile.Text(value)}, but an integer of 0 or more is expected");

    /// <summary>The settings of the Python optimizer that differ from those of this run.</summary>
    private IEnumerable<string> Changes(IReadOnlyList<PickleDictionary> groups)
    {
        foreach (var (group, own) in groups.Zip(_optimizer.Groups.Where(group => group.Parameters.Count > 0)))
            foreach (var (name, now) in _optimizer.PythonSettings.Append(new("weight_decay", own.WeightDecay)))
                if (group.Items.TryGetValue(name, out var before) && !AreEqual(before, now))
                    yield return $"{name} was {PythonFile.Text(before)} and is {PythonFile.Text(now)}";
    }

    private static bool AreEqual(object? before, object? now) => (before, now) switch
    {
        (object?[] first, object?[] second) => first.Length == second.Length
            && first.Zip(second).All(pair => PythonFile.NumberOf(pair.First) is { } number && number == PythonFile.NumberOf(pair.Second)),
        (bool first, bool second) => first == second,
        _ => PythonFile.NumberOf(before) == PythonFile.NumberOf(now) && before is null == now is null,
    };

    private string Name => TypeName.Of(_optimizer);

    private static string Shape(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
