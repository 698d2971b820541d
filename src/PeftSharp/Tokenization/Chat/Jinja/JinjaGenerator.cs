using System.Collections;

namespace PeftSharp.Tokenization;

/// <summary>A lazy sequence that can be iterated once, such as the result of the filters <c>map</c> and <c>select</c>. It has no length.
/// </summary>
internal sealed class JinjaGenerator(IEnumerable<object?> items) : IEnumerable<object?>
{
    private readonly IEnumerator<object?> _items = items.GetEnumerator();

    public IEnumerator<object?> GetEnumerator()
    {
        while (_items.MoveNext())
            yield return _items.Current;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
