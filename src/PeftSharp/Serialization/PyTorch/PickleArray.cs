namespace PeftSharp.Serialization;

/// <summary>A numpy array or element type in a pickle. Its content is not kept: nothing in this library uses it.</summary>
internal sealed class PickleArray
{
    private static readonly PickleArray _instance = new();

    private PickleArray() { }

    /// <summary>A function of numpy whose result is an array or an element type.</summary>
    internal static PickleGlobal Global(string name) => new(name, Call: _ => _instance);
}
