namespace PeftSharp.Tokenization;

/// <summary>A normalized piece of text and its words. The buffers are reused.</summary>
internal sealed class PreTokenizedText
{
    internal AlignedText Text { get; } = new();

    /// <summary>
    /// The words, in the order of the text. No word is empty. Characters that a pre-tokenizer removed can be between the words.
    /// </summary>
    internal List<TextSpan> Spans { get; private set; } = [];

    private List<TextSpan> _next = [];

    /// <summary>Begins a new list of spans. <see cref="EndSpans"/> replaces <see cref="Spans"/> with this list.</summary>
    internal List<TextSpan> BeginSpans()
    {
        _next.Clear();
        return _next;
    }

    internal void EndSpans() => (Spans, _next) = (_next, Spans);

    /// <summary>Whether a word begins at the start of the text that is encoded.</summary>
    internal bool IsAtStart(TextSpan span) => Text.OriginalRange(span.Start, span.End).Start == 0;

    /// <summary>Changes the text word by word. The spans of the words are adjusted.</summary>
    internal void Rewrite(Action<AlignedText, TextSpan> rewriteWord)
    {
        var words = BeginSpans();
        Text.BeginRewrite();
        foreach (var span in Spans)
        {
            Text.DropUntil(span.Start);
            var start = Text.Written;
            if (span.TokenId == TextSpan.Word)
                rewriteWord(Text, span);
            else
                Text.KeepUntil(span.End);
            words.Add(span with { Start = start, End = Text.Written });
        }
        Text.EndRewrite();
        EndSpans();
    }

    /// <summary>Adds a word if it is not empty.</summary>
    internal static void AddWord(List<TextSpan> spans, int start, int end)
    {
        if (start < end)
            spans.Add(new TextSpan(start, end));
    }
}
