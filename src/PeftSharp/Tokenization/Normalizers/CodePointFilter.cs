namespace PeftSharp.Tokenization;

/// <summary>Removes the code points with a property.</summary>
internal static class CodePointFilter
{
    internal static void Remove(AlignedText text, UnicodeFlags what)
    {
        var chars = text.Chars;
        var rewriting = false;
        for (var i = 0; i < chars.Length;)
        {
            var start = i;
            var c = CodePoints.At(chars, i, out var units);
            i += units;
            if (!UnicodeTables.Is(c, what))
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
