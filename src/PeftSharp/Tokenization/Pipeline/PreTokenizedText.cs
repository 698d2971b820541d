namespace PeftSharp.Tokenization;

/// <summary>A normalized piece of text and the words it is split into; reused from piece to piece.</summary>
internal sealed class PreTokenizedText
{
    internal AlignedText Text { get; } = new();

    /// <summary>Not empty, in the order of the text; between them may be characters that a pre-tokenizer removed.</summary>
    internal List<TextSpan> Spans { get; private set; } = [];

    private List<TextSpan> _next = [];


    /// <summary>Begins another list of spans; <see cref="EndSpans"/> puts it in place of <see cref="Spans"/>.</summary>
    internal List<TextSpan> BeginSpans()
    {
        _next.Clear();
        return _next;
    }

    internal void EndSpans() => (Spans, _next) = (_next, Spans);

    /// <summary>Adds a word where it is not empty.</summary>
    internal static void AddWord(List<TextSpan> spans, int start, int end)
    {
        if (start < end)
            spans.Add(new TextSpan(start, end));
    }
}
