using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Stops a sequence when its last token completes one of the given strings; the token may contain further characters.</summary>
/// <remarks>
/// <para>As in transformers, strings that end before the last token, for example in the prompt, are ignored.</para>
/// <para>Thread safety: instances can be used from several threads at once, while no thread changes the tokenizer.</para>
/// </remarks>
public sealed class StopStringCriteria : StoppingCriteria
{
    private readonly Tokenizer _tokenizer;
    private readonly string[] _strings;
    private readonly int _tokens;

    /// <summary>Creates a criterion.</summary>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="stopStrings">The strings; none may be empty.</param>
    /// <exception cref="ArgumentException">The list or a string is empty.</exception>
    public StopStringCriteria(Tokenizer tokenizer, IReadOnlyList<string> stopStrings)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(stopStrings);
        if (stopStrings.Count == 0 || stopStrings.Any(string.IsNullOrEmpty))
            throw new ArgumentException(
                "The list is empty or contains an empty string. Provide at least one non-empty string.", nameof(stopStrings));
        (_tokenizer, _strings) = (tokenizer, [.. stopStrings]);
        // A token has at least one byte, so a stop string has at most as many tokens as bytes. One token is added, because a decoder may
        // strip a leading space.
        _tokens = stopStrings.Max(System.Text.Encoding.UTF8.GetByteCount) + 1;
    }

    /// <inheritdoc/>
    public override Tensor IsDone(Tensor inputIds)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        using var scope = NewDisposeScope();
        var count = Math.Min(_tokens, inputIds.shape[1]);
        var last = inputIds.narrow(1, inputIds.shape[1] - count, count).cpu().contiguous().data<long>().ToArray();
        var done = last.Chunk((int)count).Select(row => EndsWithStop([.. row.Select(id => (int)id)])).ToArray();
        return tensor(done, device: inputIds.device).MoveToOuterDisposeScope();
    }

    private bool EndsWithStop(int[] ids)
    {
        var (before, text) = (Text(ids[..^1]), Text(ids));
        // If the previous text ended with an incomplete character, the new text does not begin with all of it.
        var old = text.AsSpan().CommonPrefixLength(before);
        return _strings.Any(stop => text.LastIndexOf(stop, StringComparison.Ordinal) is var place and >= 0 && place + stop.Length > old);
    }

    private string Text(int[] ids) => _tokenizer.Decode(ids, cleanUpTokenizationSpaces: false);
}
