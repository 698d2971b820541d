using System.Collections.Frozen;
using System.Text;

namespace PeftSharp.Serialization;

/// <summary>The names that a pickle may refer to. Every other name is rejected.</summary>
/// <remarks>The names are a subset of the names that <c>torch.load(weights_only=True)</c> accepts. The functions only create
/// data.</remarks>
internal static class PickleGlobals
{
    private static readonly FrozenDictionary<string, PickleGlobal> _known = Create().ToFrozenDictionary(
        global => global.Name, StringComparer.Ordinal);

    private static readonly FrozenSet<string> _arrays = FrozenSet.ToFrozenSet(
        ["numpy.ndarray", "numpy.dtype", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"],
        StringComparer.Ordinal);

    /// <param name="module">The module in Python.</param>
    /// <param name="name">The name in the module.</param>
    /// <param name="ignoresArrays">Whether the names that numpy uses to store an array are accepted. The values of the array are not
    /// read.</param>
    internal static PickleGlobal? Find(string module, string name, bool ignoresArrays) =>
        _known.GetValueOrDefault($"{module}.{name}")
            ?? (ignoresArrays && _arrays.Contains($"{module}.{name}") ? PickleArray.Global($"{module}.{name}") : null);

    private static IEnumerable<PickleGlobal> Create()
    {
        foreach (var (name, type) in new (string, SafetensorsDtype)[]
        {
            ("Double", SafetensorsDtype.F64), ("Float", SafetensorsDtype.F32), ("Half", SafetensorsDtype.F16),
            ("BFloat16", SafetensorsDtype.BF16), ("Long", SafetensorsDtype.I64), ("Int", SafetensorsDtype.I32),
            ("Short", SafetensorsDtype.I16), ("Char", SafetensorsDtype.I8), ("Byte", SafetensorsDtype.U8),
            ("Bool", SafetensorsDtype.BOOL), ("ComplexFloat", SafetensorsDtype.C64),
        })
        {
            yield return new PickleGlobal($"torch.{name}Storage", type);
            yield return new PickleGlobal($"torch.cuda.{name}Storage", type);
        }
        yield return new PickleGlobal(PickleStorages.Untyped);
        foreach (var (name, type) in new (string, SafetensorsDtype)[]
        {
            ("float64", SafetensorsDtype.F64), ("float32", SafetensorsDtype.F32), ("float16", SafetensorsDtype.F16),
            ("bfloat16", SafetensorsDtype.BF16), ("int64", SafetensorsDtype.I64), ("int32", SafetensorsDtype.I32),
            ("int16", SafetensorsDtype.I16), ("int8", SafetensorsDtype.I8), ("uint8", SafetensorsDtype.U8),
            ("uint16", SafetensorsDtype.U16), ("uint32", SafetensorsDtype.U32), ("uint64", SafetensorsDtype.U64),
            ("bool", SafetensorsDtype.BOOL), ("complex64", SafetensorsDtype.C64), ("float8_e4m3fn", SafetensorsDtype.F8_E4M3),
            ("float8_e5m2", SafetensorsDtype.F8_E5M2), ("float8_e4m3fnuz", SafetensorsDtype.F8_E4M3FNUZ),
            ("float8_e5m2fnuz", SafetensorsDtype.F8_E5M2FNUZ), ("float8_e8m0fnu", SafetensorsDtype.F8_E8M0),
        })
            yield return new PickleGlobal($"torch.{name}", type);
        yield return new PickleGlobal("torch._utils._rebuild_tensor", Call: args => Tensor(args, 4));
        yield return new PickleGlobal("torch._utils._rebuild_tensor_v2", Call: args => Tensor(args, 6));
        yield return new PickleGlobal("torch._utils._rebuild_tensor_v3", Call: args => Tensor(args, 7, hasType: true));
        yield return new PickleGlobal(
            "torch._utils._rebuild_parameter", Call: args => args is [PickleTensor data, ..] ? data : throw Wrong());
        yield return new PickleGlobal("torch.Size", Call: args => args is [object?[] sizes] ? sizes : throw Wrong());
        yield return new PickleGlobal("collections.OrderedDict", Call: Dictionary);
        foreach (var module in new[] { "builtins", "__builtin__" })
        {
            yield return new PickleGlobal($"{module}.set", Call: Set);
            yield return new PickleGlobal($"{module}.frozenset", Call: Set);
            yield return new PickleGlobal($"{module}.bytearray", Call: args => args switch
            {
                [] => Array.Empty<byte>(),
                [byte[] bytes] => bytes,
                _ => throw Wrong(),
            });
        }
        // Protocol 2 stores bytes as a call of this function.
        yield return new PickleGlobal("_codecs.encode", Call: args => args is [string text, "latin1"]
            && text.All(c => c <= 0xff) ? Encoding.Latin1.GetBytes(text) : throw Wrong());
    }

    private static PickleTensor Tensor(object?[] args, int count, bool hasType = false)
    {
        if (args.Length < count || args is not [PickleStorage storage, long offset, object?[] shape, object?[] strides, ..]) throw Wrong();
        var type = hasType ? (args[6] as PickleGlobal)?.ElementType : storage.Type;
        return PickleTensor.Create(storage, type, offset, Sizes(shape), Sizes(strides));
    }

    private static long[] Sizes(object?[] sizes) => [.. sizes.Select(size => size is long value ? value : throw Wrong())];

    private static PickleDictionary Dictionary(object?[] args)
    {
        var result = new PickleDictionary();
        if (args is []) return result;
        if (args is not [List<object?> pairs]) throw Wrong();
        foreach (var pair in pairs)
            switch (pair)
            {
                case object?[] and [var key, var value]: result.Set(key, value); break;
                case List<object?> and [var key, var value]: result.Set(key, value); break;
                default: throw Wrong();
            }
        return result;
    }

    private static HashSet<object> Set(object?[] args) => args switch
    {
        [] => new(PickleKeyComparer.Instance),
        [List<object?> items] => new(items.Select(PickleDictionary.CheckKey), PickleKeyComparer.Instance),
        _ => throw Wrong(),
    };

    private static InvalidDataException Wrong() => new("its arguments differ from the arguments that PyTorch writes");
}
