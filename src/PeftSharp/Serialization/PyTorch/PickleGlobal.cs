namespace PeftSharp.Serialization;

/// <summary>A name that a pickle may refer to: a type of storage, an element type, or a function that this library implements.</summary>
/// <param name="Name">The name in Python, such as <c>torch.FloatStorage</c>.</param>
/// <param name="ElementType">
/// The element type of a storage or of a <c>torch.dtype</c>. Null: the name belongs to a function or to an untyped storage.
/// </param>
/// <param name="Call">Returns the result of the function for its arguments. Null: the name does not belong to a function.</param>
internal sealed record PickleGlobal(string Name, SafetensorsDtype? ElementType = null, Func<object?[], object?>? Call = null);
