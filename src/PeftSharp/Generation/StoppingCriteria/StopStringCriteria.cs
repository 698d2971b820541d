using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Ends a text with a string: as soon as the last token brings one to its end, whatever else that token brings.</summary>
/// <remarks>
/// <para>As in transformers, a string that stands wholly before the last token, in the prompt for example, does not count.</para>
/// <para>Thread safety: instances can be used from several threads at once, while no thread changes the tokenizer.</para>
/// </remarks>
public sealed class StopStringCriteria : StoppingCriteria
{
    private readonly Tokenizer _tokenizer;
    private readonly string[] _strings;
    private readonly int _tokens;

    /// <param name="tokenizer">The tokenizer that belongs to the model.</param>
    /// <param name="stopStrings">The strings; none is empty.</param>
    /// <exception cref="ArgumentException">There is no string, or one is empty.</exception>
    public StopStringCriteria(Tokenizer tokenizer, IReadOnlyList<string> stopStrings)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(stopStrings);
        if (stopStrings.Count == 0 || stopStrings.Any(string.IsNullOrEmpty)) throw new ArgumentException("Give at least one string, and none that is empty.", nameof(stopStrings));
        (_tokenizer, _strings) = (tokenizer, [.. stopStrings]);
        _tokens = stopStrings.Max(System.Text.Encoding.UTF8.GetByteCount) + 1;      // a token has at least one byte; one more, for decoders that strip a text's first blank
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
        var old = text.AsSpan().CommonPrefixLength(before);           // shorter than the text before, where that ended with half a character
        return _strings.Any(stop => text.LastIndexOf(stop, StringComparison.Ordinal) is var place and >= 0 && place + stop.Length > old);
    }

    private string Text(int[] ids) => _tokenizer.Decode(ids, cleanUpTokenizationSpaces: false);
}
