namespace PeftSharp.Tokenization;

/// <summary>Removes the code points with a property.</summary>
internal static class CodePointFilter
{
    internal static void Remove(AlignedText text, UnicodeFlags what) => Remove(text, c => UnicodeTables.Is(c, what));

    internal static void Remove(AlignedText text, Func<int, bool> isRemoved)
    {
        var chars = text.Chars;
        var rewriting = false;
        for (var i = 0; i < chars.Length;)
        {
            var start = i;
            var c = CodePoints.At(chars, i, out var units);
            i += units;
            if (!isRemoved(c))
                continue;
            if (!rewriting)
                text.BeginRewrite();
            rewriting = true;
            text.KeepUntil(start);
            text.DropUntil(i);
        }
        if (!rewriting)
            return;
        text.KeepUntil(chars.Length);
        text.EndRewrite();
    }
}
