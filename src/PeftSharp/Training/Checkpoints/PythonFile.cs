using System.Globalization;
using PeftSharp.Internal;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Training.Checkpoints;

/// <summary>A file of <c>torch.save</c> in a checkpoint of transformers, which contains a dictionary. Errors name the file.</summary>
internal sealed class PythonFile : IDisposable
{
    private readonly PyTorchArchive _archive;

    private PythonFile(PyTorchArchive archive, PickleDictionary values) => (_archive, Values) = (archive, values);

    /// <summary>The dictionary.</summary>
    internal PickleDictionary Values { get; }

    /// <summary>Opens a file. No code of the file is run.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="ignoresArrays">Whether the file may contain numpy arrays, which are not read.</param>
    /// <exception cref="CheckpointException">The file is malformed, or contains something other than a dictionary of data.</exception>
    internal static PythonFile Open(string path, bool ignoresArrays = false)
    {
        var archive = PyTorchArchive.Open(path, ignoresArrays);
        if (archive.Value is PickleDictionary values) return new PythonFile(archive, values);
        archive.Dispose();
        throw new CheckpointException($"'{path}' contains no dictionary, so it was not written by the trainer of transformers.");
    }

    /// <summary>A list or tuple of a dictionary of this file.</summary>
    /// <exception cref="CheckpointException">There is no such list.</exception>
    internal IReadOnlyList<object?> List(PickleDictionary values, string key) => values[key] switch
    {
        List<object?> list => list,
        object?[] tuple => tuple,
        _ => throw Error($"it has no list '{key}'"),
    };

    /// <summary>A tensor of this file, whose memory is the file.</summary>
    /// <exception cref="CheckpointException">TorchSharp has no such element type.</exception>
    internal Tensor Map(PickleTensor tensor) => _archive.Map(tensor, SafetensorsDtypes.ToScalarType(tensor.Type)
        ?? throw Error($"it has a tensor of type {tensor.Type}, which is not supported"));

    /// <summary>A number, or a tensor with one number; null for another value.</summary>
    internal double? Number(object? value)
    {
        if (value is not PickleTensor { Elements: 1 } scalar) return NumberOf(value);
        using var scope = NewDisposeScope();
        return Map(scalar) is var tensor && (tensor.is_floating_point() || tensor.is_integral())
            ? tensor.to(ScalarType.Float64).item<double>() : null;
    }

    /// <summary>A number; null for another value.</summary>
    internal static double? NumberOf(object? value) => value switch
    {
        long number => number,
        double number => number,
        _ => null,
    };

    /// <summary>A value of <see cref="Values"/> as Python writes it, for messages.</summary>
    internal static string Text(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        double number => PythonFloat.Repr(number),
        object?[] { Length: <= 8 } tuple => $"({string.Join(", ", tuple.Select(item => item is object?[]? "…" : Text(item)))})",
        long number => number.ToString(CultureInfo.InvariantCulture),
        string text => text,
        _ => "another value",
    };

    /// <param name="what">The fault, as a part of a sentence.</param>
    internal CheckpointException Error(string what) => new($"'{_archive.Path}' cannot be read: {what}. Download the checkpoint again, "
        + "or load its model and start a new run.");

    public void Dispose() => _archive.Dispose();
}
