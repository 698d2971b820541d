using System.Numerics;
using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>Reads a pickle (protocols 2 to 5) that contains only tensors and plain data. Nothing in it is executed.</summary>
/// <remarks>
/// <para>
/// A pickle is a program for a stack machine, which in Python can call any function. This class supports only the names in
/// <see cref="PickleGlobals"/>. Any other name, and any instruction that creates another kind of object, throws an exception that contains
/// the name or the instruction.
/// </para>
/// <para>
/// None is converted to null; integers to <see cref="long"/>, or to <see cref="BigInteger"/> up to 128 bits; tuples to object arrays; lists
/// to <see cref="List{T}"/>; dictionaries to <see cref="PickleDictionary"/>; sets to <see cref="HashSet{T}"/>. A value can contain itself,
/// so code that traverses it must limit the depth.
/// </para>
/// </remarks>
/// <param name="input">The pickle.</param>
/// <param name="storages">Receives the storages.</param>
/// <param name="ignoresArrays">Whether numpy arrays are accepted, without reading their values (<see cref="PickleArray"/>); otherwise they
/// are rejected.</param>
internal sealed class PickleReader(PickleInput input, PickleStorages storages, bool ignoresArrays = false)
{
    private const int MaxInstructions = 1 << 21;                        // enough for about 60,000 tensors
    private const int MaxIntegerBytes = 16;
    private const long MaxBytes = 1 << 26, MaxCopied = 1 << 22;

    private readonly PickleStack _stack = new();
    private readonly Dictionary<uint, object?> _memo = [];
    private long _copied;

    /// <summary>Reads one pickle to its end.</summary>
    /// <exception cref="InvalidDataException">The pickle is malformed, or it contains something other than data.</exception>
    internal object? Read()
    {
        var start = input.Position;
        var protocol = input.ReadByte() == 0x80 ? input.ReadByte() : throw new InvalidDataException("it does not start with a protocol");
        if (protocol is < 2 or > 5) throw new InvalidDataException($"its protocol is {protocol}; protocols 2 to 5 are supported");
        for (var count = 0; count < MaxInstructions; count++)
        {
            if (input.Position - start > MaxBytes) throw new InvalidDataException($"it has more than {MaxBytes} bytes");
            var code = input.ReadByte();
            if (code == '.') return _stack.PopResult();
            Run(code);
        }
        throw new InvalidDataException($"it has more than {MaxInstructions} instructions");
    }

    /// <summary>Decodes UTF-8. Python stores an unpaired surrogate as three bytes; such a text is rejected.</summary>
    internal static string Text(ReadOnlySpan<byte> bytes)
    {
        try { return StrictUtf8.Encoding.GetString(bytes); }
        catch (DecoderFallbackException error) { throw new InvalidDataException("a text is not valid UTF-8", error); }
    }

    private void Run(byte code)
    {
        switch (code)
        {
            case (byte)'N': _stack.Push(null); break;
            case 0x88: _stack.Push(true); break;
            case 0x89: _stack.Push(false); break;
            case (byte)'J': _stack.Push((long)input.ReadInt32()); break;
            case (byte)'K': _stack.Push((long)input.ReadByte()); break;
            case (byte)'M': _stack.Push((long)input.ReadUInt16()); break;
            case 0x8a: PushInteger(input.ReadByte()); break;
            case 0x8b: PushInteger(input.ReadUInt32()); break;
            case (byte)'G': _stack.Push(input.ReadDoubleBigEndian()); break;
            case 0x8c: PushText(input.ReadByte()); break;
            case (byte)'X': PushText(input.ReadUInt32()); break;
            case 0x8d: PushText(input.ReadUInt64()); break;
            case (byte)'U': PushText(input.ReadByte()); break;              // strings of Python 2
            case (byte)'T': PushText(input.ReadUInt32()); break;
            case (byte)'C': _stack.Push(input.ReadBytes(input.ReadByte())); break;
            case (byte)'B': _stack.Push(input.ReadBytes(input.ReadUInt32())); break;
            case 0x8e or 0x96: _stack.Push(input.ReadBytes(input.ReadUInt64())); break;
            case 0x95: input.ReadUInt64(); break;                           // the length of a frame, which is only a hint
            default: RunStructure(code); break;
        }
    }

    private void RunStructure(byte code)
    {
        switch (code)
        {
            case (byte)'(': _stack.Mark(); break;
            case (byte)'0': _stack.Drop(); break;
            case (byte)'1': _stack.PopToMark(); break;
            case (byte)'2': _stack.Push(_stack.Peek()); break;
            case (byte)')': _stack.Push(Array.Empty<object?>()); break;
            case 0x85 or 0x86 or 0x87: _stack.Push(_stack.Pop(code - 0x84)); break;
            case (byte)'t': _stack.Push(_stack.PopToMark()); break;
            case (byte)']': _stack.Push(new List<object?>()); break;
            case (byte)'l': _stack.Push(new List<object?>(_stack.PopToMark())); break;
            case (byte)'a': Append(_stack.Pop(1)); break;
            case (byte)'e': Append(_stack.PopToMark()); break;
            case (byte)'}': _stack.Push(new PickleDictionary()); break;
            case (byte)'d': _stack.Push(new PickleDictionary(), then: _stack.PopToMark(), SetItems); break;
            case (byte)'s': SetItems(_stack.Pop(2)); break;
            case (byte)'u': SetItems(_stack.PopToMark()); break;
            case 0x8f: _stack.Push(new HashSet<object>(PickleKeyComparer.Instance)); break;
            case 0x90: AddItems(_stack.PopToMark()); break;
            case 0x91: _stack.Push(new HashSet<object>(PickleKeyComparer.Instance), then: _stack.PopToMark(), AddItems); break;
            case (byte)'q': _memo[input.ReadByte()] = _stack.Peek(); break;
            case (byte)'r': _memo[input.ReadUInt32()] = _stack.Peek(); break;
            case 0x94: _memo[(uint)_memo.Count] = _stack.Peek(); break;
            case (byte)'h': Recall(input.ReadByte()); break;
            case (byte)'j': Recall(input.ReadUInt32()); break;
            case (byte)'c': PushGlobal(input.ReadLine(), input.ReadLine()); break;
            case 0x93: PushGlobal(_stack.Pop(2)); break;
            case (byte)'Q': _stack.Push(storages.Find(_stack.Pop(1)[0])); break;
            case (byte)'R': Call(_stack.Pop(2)); break;
            case (byte)'b': Build(_stack.Pop(1)[0]); break;
            default:
                throw new InvalidDataException($"{PickleInstructions.Describe(code)} is not supported, because it is not needed for data");
        }
    }

    private void PushInteger(uint count)
    {
        if (count > MaxIntegerBytes)
            throw new InvalidDataException($"an integer has {count} bytes; at most {MaxIntegerBytes} are supported");
        var value = new BigInteger(input.ReadBytes(count));
        _stack.Push(value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value);
    }

    private void PushText(ulong count) => _stack.Push(Text(input.ReadBytes(count)));

    private void Recall(uint index) => _stack.Push(_memo.TryGetValue(index, out var value) ? value
        : throw new InvalidDataException($"it refers to the stored value {index}, which does not exist"));

    private void PushGlobal(object?[] names)
    {
        if (names is not [string module, string name]) throw new InvalidDataException("a name is not a string");
        PushGlobal(module, name);
    }

    private void PushGlobal(string module, string name) => _stack.Push(PickleGlobals.Find(module, name, ignoresArrays)
        ?? throw new InvalidDataException($"it refers to '{module}.{name}', which is not a tensor or plain data. Nothing was run"));

    private void Call(object?[] call)
    {
        if (call is not [PickleGlobal { Call: { } function } global, object?[] arguments])
            throw new InvalidDataException($"it calls {(call[0] is PickleGlobal called ? $"'{called.Name}'" : "a value")}, "
                + "which is not a function that creates data. Nothing was run");
        // A stored value can be passed to many calls, each of which copies it.
        _copied += arguments.Sum(argument => argument switch
        {
            string text => text.Length,
            List<object?> list => list.Count,
            object?[] tuple => tuple.Length,
            _ => 0L,
        });
        if (_copied > MaxCopied) throw new InvalidDataException($"its calls copy more than {MaxCopied} values");
        try { _stack.Push(function(arguments)); }
        catch (InvalidDataException error) { throw new InvalidDataException($"{global.Name}: {error.Message}", error); }
    }

    /// <summary>
    /// Sets the state of an object. Only an <c>OrderedDict</c> has one: the attribute <c>_metadata</c> of a <c>state_dict</c>, which is not
    /// used.
    /// </summary>
    private void Build(object? state)
    {
        if (_stack.Peek() is PickleArray) return;                       // the elements of an array
        if (_stack.Peek() is not PickleDictionary || state is not PickleDictionary)
            throw new InvalidDataException("it sets the attributes of an object, which is not data. Nothing was run");
    }

    private void Append(object?[] items) => _stack.Peek<List<object?>>("a list").AddRange(items);

    private void AddItems(object?[] items)
    {
        var set = _stack.Peek<HashSet<object>>("a set");
        foreach (var item in items) set.Add(PickleDictionary.CheckKey(item));
    }

    private void SetItems(object?[] items)
    {
        var dictionary = _stack.Peek<PickleDictionary>("a dictionary");
        if (items.Length % 2 != 0) throw new InvalidDataException("a key of a dictionary has no value");
        for (var i = 0; i < items.Length; i += 2) dictionary.Set(items[i], items[i + 1]);
    }
}
