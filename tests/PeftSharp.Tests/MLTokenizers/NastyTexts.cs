namespace PeftSharp.Tests.MLTokenizers;

/// <summary>Texts that are hard for a tokenizer.</summary>
internal static class NastyTexts
{
    internal static string[] All { get; } =
    [
        "", " ", "\t\n  \r\n", "Hello, World! It's a test.", "  two  blanks  ", "👩‍👩‍👧‍👦 family 😀😀",
        "e\u0301\u0323 a\u030A combining A\u0308", "שלום עולם, مرحبا بالعالم 123",
        "naïve CAFÉ ﬁ Ⅻ ǅ İstanbul", "東京タワーへ行く", "a\0b\u200Bc\uFEFFd", "lone \uD83D surrogate \uDE00",
        "[CLS] in the text [SEP] and <|endoftext|> too", "𝒜𝓁𝓅𝒽𝒶 𐍈", "x" + new string('y', 300),
    ];

    /// <summary>The texts without unpaired surrogates, which UTF-8 cannot represent.</summary>
    internal static IEnumerable<string> WellFormed => All.Where(text => !text.StartsWith("lone", StringComparison.Ordinal));

    /// <summary>A long text.</summary>
    internal static string Long { get; } = string.Concat(Enumerable.Range(0, 200).Select(i => $"Row {i}: {All[3 + i % 11]}\n"));
}
