namespace PeftSharp.Tokenization;

/// <summary>The methods of strings that add characters up to a width.</summary>
internal static class JinjaPadding
{
    internal static object Pad(JinjaRun run, string text, JinjaArguments arguments, string name)
    {
        var given = arguments.Bind(name, "width", "fillchar?");
        var fill = given[1] == JinjaFrame.Missing ? " " : JinjaTypes.Text(given[1]);
        if (fill.Length != 1)
            throw new JinjaFault($"The fill character of {name} must be one character.");
        return Pad(run, text, JinjaNumbers.ToInt(given[0]), fill[0], name);
    }

    /// <param name="run">The rendering.</param>
    /// <param name="text">The text.</param>
    /// <param name="width">The width in code points.</param>
    /// <param name="fill">The character to add.</param>
    /// <param name="name">
    /// The method of strings; <c>^</c> is the alignment of a format, which rounds differently from <c>center</c>.
    /// </param>
    internal static string Pad(JinjaRun run, string text, int width, char fill, string name)
    {
        var missing = width - JinjaText.Length(text);
        if (missing <= 0)
            return text;
        run.Allocate(width);
        var left = name switch
        {
            "ljust" => 0,
            "rjust" => missing,
            "center" => missing / 2 + (missing & width & 1),
            _ => missing / 2,
        };
        return new string(fill, left) + text + new string(fill, missing - left);
    }

    internal static object ZeroFill(JinjaRun run, string text, JinjaArguments arguments)
    {
        var width = JinjaNumbers.ToInt(arguments.Bind("zfill", "width")[0]);
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text[..sign] + Pad(run, text[sign..], width - sign, '0', "rjust");
    }
}
