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

    /// <summary>Whether a word begins where the text that was given to the tokenizer begins.</summary>
    internal bool IsAtStart(TextSpan span) => (Spans.Count == 1 ? Text.OriginalStart : Text.OriginalRange(span.Start, span.End).Start) == 0;

    /// <summary>Rewrites the text word by word; the words move with it.</summary>
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

    /// <summary>Adds a word where it is not empty.</summary>
    internal static void AddWord(List<TextSpan> spans, int start, int end)
    {
        if (start < end)
            spans.Add(new TextSpan(start, end));
    }
}
