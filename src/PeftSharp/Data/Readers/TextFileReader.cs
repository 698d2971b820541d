using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Reads plain text into a column "text", with one row per line, paragraph or file.</summary>
internal static class TextFileReader
{
    internal static Dataset Read(DataInput file, DatasetLoadOptions options)
    {
        using var reader = new StreamReader(DataStream.Open(file, options.Reading), StrictUtf8.Encoding);
        var rows = options switch
        {
            { SampleBy: TextUnit.Line, KeepLinebreaks: false } => Lines(reader),
            { SampleBy: TextUnit.Line } => LinesWithBreaks(ReadAll(reader)),
            { SampleBy: TextUnit.Paragraph } => ReadAll(reader).Split("\n\n", StringSplitOptions.RemoveEmptyEntries),
            _ => [ReadAll(reader)],
        };
        var texts = rows.ToArray();
        return Dataset.FromColumns([new Column("text", new ReferenceArrayData<string>(texts))]);
    }

    private static IEnumerable<string> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static IEnumerable<string> LinesWithBreaks(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var feed = text.IndexOf('\n', start);
            var end = feed < 0 ? text.Length : feed + 1;
            yield return text[start..end];
            start = end;
        }
    }

    /// <summary>Reads the whole text. Line endings are converted to line feeds, as in Python.</summary>
    private static string ReadAll(StreamReader reader) =>
        reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
