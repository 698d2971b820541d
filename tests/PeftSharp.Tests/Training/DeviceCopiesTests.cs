using System.Reflection;
using System.Reflection.Emit;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>
/// On a GPU a step waits where it copies a number from the device, so each place that can do so is listed by name. The places are counted
/// in the compiled code, because a machine without a GPU cannot notice them at run time.
/// </summary>
public sealed class DeviceCopiesTests
{
    private static readonly string[] _rooms =
        ["PeftSharp.Native", "PeftSharp.Kernels", "PeftSharp.Modeling", "PeftSharp.Models", "PeftSharp.Tuners", "PeftSharp.Optimization",
            "PeftSharp.Training.Loop.UpdateStep", "PeftSharp.Training.Loop.TrainingLoop", "PeftSharp.Training.Trainer"];
    private static readonly string[] _fetching =
        ["item", "cpu", "cuda", "data", "get_bytes", "nonzero", "ToSingle", "ToDouble", "ToInt32", "ToInt64", "ToBoolean", "ToScalar"];

    /// <summary>Whoever adds a place must state here why a step does not wait there.</summary>
    private static readonly Dictionary<string, (int Count, string Why)> _known = new(StringComparer.Ordinal)
    {
        ["Trainer: item"] = (1, "the loss, once a batch: training stops when it is NaN or infinite"),
        ["GradientClipping: item"] = (1, "the gradient's length, once a step, for the same reason"),
        ["Adafactor: item"] = (1, "the size of a weight, where its rate is scaled by it"),
        ["Losses: item"] = (1, "how many labels count; counted before the batch is moved to the device"),
        ["InputCheck: item"] = (2, "numbers out of range; searched only on the CPU"),
        ["InputCheck: nonzero"] = (1, "as above"),
        ["InputCheck: data"] = (1, "as above"),
        ["AttentionMask: item"] = (2, "whether anything is hidden; read only on the CPU"),
        ["RotaryEmbedding: item"] =
            (1, "the largest position, once a pass and only where the scaling of rotary embeddings depends on the length"),
        ["ClipTextModel: item"] = (2, "texts without an end token; searched only on the CPU"),
        ["ClipTextModel: nonzero"] = (1, "as above"),
        ["DebertaV2Model: item"] = (1, "whether there is padding; read only on the CPU"),
        ["KeyValueCache: nonzero"] = (1, "the rows that change places, once a step of beam search"),
        ["LanguageModel`2: nonzero"] = (1, "the labeled tokens, once a batch, where only the loss is asked for"),
        ["TruncatedNormal: item"] = (1, "initialization is not part of a step"),
        ["LinearCrossEntropy: item"] = (1, "whether the loss was scaled; read only on the CPU"),
        ["BernoulliMask: get_bytes"] = (2, "CPU memory: tensors on other devices are not accepted"),
        ["ActivationTable: get_bytes"] = (1, "the table is computed once, on the CPU"),
        ["ActivationTable: data"] = (2, "as above"),
        ["TensorMemory: get_bytes"] = (1, "CPU memory: tensors on other devices are not accepted"),
        ["MergedTensors: item"] = (1, "merging is not part of a step"),
        ["VirtualTokenInputs: item"] = (1, "whether rows hold several texts; read only on the CPU"),
        ["TiedWeights: item"] = (1, "loading is not part of a step"),
        ["Optimizer: cpu"] = (1, "loading its state is not part of a step"),
        ["Optimizer: item"] = (1, "loading its state is not part of a step"),
        ["OptimizerState: cpu"] = (1, "loading its state is not part of a step"),
        ["OptimizerState: item"] = (1, "loading its state is not part of a step"),
    };

    [Fact]
    public void A_step_copies_numbers_from_its_device_only_in_known_places()
    {
        var found = typeof(PeftSharpException).Assembly.GetTypes().Where(IsInStep).SelectMany(Fetches).CountBy(place => place)
            .ToDictionary(StringComparer.Ordinal);
        InOrder(found.Select(place => (place.Key, place.Value)))
            .Should().Equal(InOrder(_known.Select(place => (place.Key, place.Value.Count))));

        static IEnumerable<string> InOrder(IEnumerable<(string Place, int Count)> places) =>
            places.OrderBy(place => place.Place, StringComparer.Ordinal).Select(place => $"{place.Place} x{place.Count}");
    }

    private static bool IsInStep(Type type) =>
        _rooms.Any(room => Outermost(type).FullName is { } name && (name == room || name.StartsWith(room + ".", StringComparison.Ordinal)));

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<string> Fetches(Type type)
    {
        const BindingFlags all =
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var method in type.GetMethods(all).Concat<MethodBase>(type.GetConstructors(all)))
            foreach (var called in Calls(method))
                if (called.DeclaringType is { } owner && (owner == typeof(Tensor) || owner == typeof(TensorExtensionMethods))
                    && _fetching.Contains(called.Name))
                    yield return $"{Outermost(type).Name}: {called.Name}";
    }

    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code) yield break;
        for (var at = 0; at < code.Length;)
        {
            var opCode = code[at] == 0xfe ? _opCodes[0xfe00 | code[at + 1]] : _opCodes[code[at]];
            at += opCode.Size;
            if (opCode.OperandType == OperandType.InlineMethod)
            {
                var typeArguments = method.DeclaringType is { IsGenericType: true } owner ? owner.GetGenericArguments() : null;
                if (method.Module.ResolveMethod(BitConverter.ToInt32(code, at), typeArguments,
                    method.IsGenericMethod ? method.GetGenericArguments() : null) is { } called)
                    yield return called;
            }
            at += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static readonly Dictionary<int, OpCode> _opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(opCode => (int)(ushort)opCode.Value);
}
